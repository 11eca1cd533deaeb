//! The templates that the browser's half copies: markup stays in one place, and what people wrote goes in as text.

use super::icons::{self, icon};
use crate::{
    markup::{Action, Class, Id},
    page::PanelPage,
};
use leptos::prelude::*;

/// Items of the log, files, and chips.
pub fn templates(page: &PanelPage) -> impl IntoView + use<> {
    let (name, size) = (Class::FileName.as_str(), Class::FileSize.as_str());
    let screen_reader = Class::ScreenReader.as_str();
    view! {
        <template id=Id::EventTemplate.as_str()><p class="line"></p></template>
        <template id=Id::MessageTemplate.as_str()>
            <div class="msg">
                <span class=Class::Avatar.as_str() aria-hidden="true"></span>
                <div class="body">
                    <div class=Class::Bubble.as_str()>
                        <span class=screen_reader></span>
                        <p class=Class::MessageText.as_str() dir="auto"></p>
                    </div>
                    <p class=Class::MessageInfo.as_str()>
                        <span class=Class::Status.as_str()></span>
                        <button type="button" class="link" data-action=Action::Retry.as_str()>
                            {page.t("retry")}
                        </button>
                        <button type="button" class="link" data-action=Action::Edit.as_str() hidden>
                            {page.t("edit")}
                        </button>
                    </p>
                </div>
            </div>
        </template>
        <template id=Id::FileTemplate.as_str()>
            <button type="button" class="file" data-action=Action::Download.as_str()>
                <span class="chip">
                    {icon(icons::FILE)} <span class=screen_reader>{page.t("download")} " "</span>
                    <span class=name dir="auto"></span> " " <span class=size></span>
                </span>
            </button>
        </template>
        <template id=Id::OwnTemplate.as_str()>
            <li>
                <button type="button" data-action=Action::OpenOwn.as_str()>
                    <span class=Class::OwnAbout.as_str() dir="auto"></span>
                    " "
                    <span class=Class::OwnNumber.as_str()></span>
                    " "
                    <span class=Class::OwnState.as_str()></span>
                    " "
                    <b class=Class::OwnUnread.as_str()></b>
                </button>
            </li>
        </template>
        <template id=Id::ChipTemplate.as_str()>
            <li class="chip">
                {icon(icons::FILE)} <span class=name dir="auto"></span> <span class=size></span>
                <progress max="100" value="0" hidden></progress>
                <button type="button" class="link" data-action=Action::RetryFile.as_str() hidden>
                    {page.t("retry")}
                </button>
                <button type="button" class="btn quiet tiny" data-action=Action::RemoveFile.as_str()>
                    {icon(icons::CROSS)}
                </button>
            </li>
        </template>
    }
}
