//! The conversation that this browser has open: begun by a form, taken up again, left behind; and the text that is being typed,
//! which outlives all three.

use super::{
    dom, js,
    live::{Asked, Live},
    store::{self, Kept},
};
use crate::{page::Form, scene::View};
use protocol::{
    Seq,
    delivery::{Delivery, Outbox, Timeline},
    entry::{Category, TicketState},
    form::Started,
    visitor::{VisitorChat, VisitorTicket},
};

impl Live {
    /// A form made a ticket: it is the one to talk on. `text` is the message that went with the form.
    pub fn begin(
        &mut self,
        form: Form,
        started: Started,
        email: Option<String>,
        text: Option<String>,
    ) {
        self.clear();
        let kept =
            Kept { token: started.token, number: started.number.clone(), link: started.link };
        store::keep_ticket(&self.page.site.0, Some(&kept));
        self.keep_draft("");
        self.adopt(kept);
        if let Some(text) = text {
            // It is stored already: shown at once as delivered, and replaced by the entry itself.
            let now = js::now();
            self.outbox.add(started.id, text, Vec::new(), now);
            self.outbox.on_ack(started.id, started.seq, now);
        }
        self.loaded = true;
        self.set_ticket(VisitorTicket {
            number: started.number,
            subject: None,
            state: TicketState { name: String::new(), category: Category::Open },
            chat: match form {
                Form::Chat => VisitorChat::Waiting { position: 0 },
                Form::Request => VisitorChat::Request,
            },
            email,
            seen_upto: Seq::START,
        });
        self.put_draft();
        self.reopen();
    }

    /// Leaves the ticket behind: a fresh form. Text that was never sent comes along.
    pub fn start_over(&mut self) {
        self.leave();
        self.reopen();
    }

    pub(super) fn adopt(&mut self, kept: Kept) {
        self.token = Some(kept.token);
        self.outbox = Outbox::restore(store::unsent(&self.page.site.0));
        js::say("ticket", &kept.number.0);
        self.number = Some(kept.number);
        self.link = kept.link;
        self.view = View::Talk;
        self.put_draft();
    }

    pub(super) fn clear(&mut self) {
        for (unsent, _) in self.outbox.items(js::now()) {
            store::forget_unsent(&self.page.site.0, unsent.id);
        }
        self.token = None;
        self.outbox = Outbox::default();
        self.timeline = Timeline::new();
        self.loaded = false;
        self.seen = Seq::START;
        self.seen_sent = Seq::START;
        self.ticket = None;
        self.number = None;
        self.link.clear();
        self.typist = None;
        self.asked = Asked::Nothing;
        self.notice.clear();
        self.tray.clear();
        self.at_end = true;
        self.looking_back = false;
        self.menu = false;
        self.ask_transcript = false;
    }

    pub(super) fn leave(&mut self) {
        let unsent: Vec<String> = self
            .outbox
            .items(js::now())
            .filter(|(_, delivery)| !matches!(delivery, Delivery::Sent { .. }))
            .map(|(unsent, _)| unsent.text.clone())
            .collect();
        self.put_before_draft(&unsent.join("\n"));
        self.clear();
        store::keep_ticket(&self.page.site.0, None);
        self.refusals.clear();
        self.view = View::Intake;
        self.look();
    }

    pub(super) fn keep_draft(&mut self, text: &str) {
        store::keep_draft(&self.page.site.0, text);
        text.clone_into(&mut self.draft);
    }

    /// Text that comes back stands before what is being typed.
    pub(super) fn put_before_draft(&mut self, text: &str) {
        let draft = join(text, &self.draft);
        self.keep_draft(&draft);
        self.put_draft();
    }

    /// Both fields hold the draft, so that neither view's text is missing in the other.
    pub(super) fn put_draft(&self) {
        dom::set_value("f-message", &self.draft);
        dom::set_value("c-message", &self.draft);
    }
}

fn join(first: &str, then: &str) -> String {
    match (first.trim().is_empty(), then.trim().is_empty()) {
        (true, _) => then.to_owned(),
        (_, true) => first.to_owned(),
        _ => [first, "\n", then].concat(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_that_was_never_sent_comes_before_what_is_being_typed() {
        assert_eq!(join("", "b"), "b");
        assert_eq!(join("a", " "), "a");
        assert_eq!(join("a", "b"), "a\nb");
    }
}
