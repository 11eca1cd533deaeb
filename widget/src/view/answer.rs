//! The answer to a form that was posted without script: number and link. With script the conversation follows at once.

use super::shown::{self, shown};
use crate::{
    page::{Answer, Form},
    view_model::ViewModel,
};
use leptos::prelude::*;
use protocol::TicketNumber;

/// Number and link.
pub fn answer(model: &ViewModel) -> Option<AnyView> {
    let page = model.page;
    let plain = |number: &TicketNumber| page.fill("started_plain", &[("number", &number.0)]);
    let (number, link, words) = match page.answer.as_ref()? {
        Answer::Started { form, started, email } => {
            let number = &started.number.0;
            let words = match (form, email) {
                (Form::Request, Some(email)) => {
                    page.fill("received_mail", &[("number", number), ("email", email)])
                }
                (Form::Request, None) => page.fill("received_plain", &[("number", number)]),
                (Form::Chat, _) => plain(&started.number),
            };
            (&started.number, &started.link, words)
        }
        Answer::Opened { number, link, .. } => (number, link, plain(number)),
        Answer::Refused { .. } => return None,
    };
    let again = ["?lang=", &page.lang, if page.embed { "&embed=1" } else { "" }].concat();
    Some(
        view! {
            <div class="scroll pad center" {..shown(model, shown::ANSWER)}>
                <p class="number num">{number.0.clone()}</p>
                <p>{words}</p>
                <p>
                    <a class="btn primary" href=link.clone() target="_blank" rel="noopener">
                        {page.t("open_ticket")}
                    </a>
                </p>
                <p><a href=page.address(&again)>{page.t("another")}</a></p>
            </div>
        }
        .into_any(),
    )
}
