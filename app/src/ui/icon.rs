//! Inline drawings, 24 units square, in the colour of the text around them.

use super::erase::erase;
use leptos::prelude::*;

/// A drawing's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawing {
    Chat,
    Mail,
    Clip,
    Back,
    Close,
    Check,
    Down,
    Send,
    Person,
    Bell,
    Sound,
    Leave,
    File,
    Inbox,
    Retry,
    Alert,
    Facts,
    Lock,
    Bolt,
    Eye,
    Help,
    Globe,
    Edit,
    Add,
    Handover,
    People,
    Search,
}

impl Drawing {
    fn path(self) -> &'static str {
        match self {
            Self::Chat => r#"<path d="M4 5h16v11H9l-5 4z"/>"#,
            Self::Mail => {
                r#"<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m3.5 7 8.5 6 8.5-6"/>"#
            }
            Self::Clip => {
                r#"<path d="m21 11-9 9a6 6 0 0 1-8.5-8.5l9-9a4 4 0 0 1 5.7 5.7l-9 9a2 2 0 0 1-2.8-2.8l8.3-8.3"/>"#
            }
            Self::Back => r#"<path d="M15 5l-7 7 7 7"/>"#,
            Self::Close => r#"<path d="M6 6l12 12M18 6 6 18"/>"#,
            Self::Check => r#"<path d="m5 12.5 4.5 4.5L19 7.5"/>"#,
            Self::Down => r#"<path d="m6 9.5 6 6 6-6"/>"#,
            Self::Send => r#"<path d="M20 5v7a3 3 0 0 1-3 3H5m4-4-4 4 4 4"/>"#,
            Self::Person => {
                r#"<circle cx="12" cy="8" r="4"/><path d="M4.5 20a7.5 7.5 0 0 1 15 0"/>"#
            }
            Self::Bell => r#"<path d="M6 16V11a6 6 0 0 1 12 0v5l1.5 2h-15zM10 21h4"/>"#,
            Self::Sound => {
                r#"<path d="M4 9.5v5h3.5L12 18.500V5.500L7.500 9.500zM15.500 9a4.200 4.200 0 0 1 0 6M18 6.500a8 8 0 0 1 0 11"/>"#
            }
            Self::Leave => r#"<path d="M14 4H5v16h9M10 12h11m-4-4 4 4-4 4"/>"#,
            Self::File => r#"<path d="M6 3h8l4 4v14H6zM14 3v4h4"/>"#,
            Self::Inbox => r#"<path d="M3 13l3-8h12l3 8v6H3zM3 13h5l1.500 3h5L16 13h5"/>"#,
            Self::Retry => r#"<path d="M19 12a7 7 0 1 1-2.200-5.100M17 3v4.500h-4.500"/>"#,
            Self::Facts => r#"<circle cx="12" cy="12" r="9"/><path d="M12 11v5.500M12 7.500v.1"/>"#,
            Self::Lock => {
                r#"<rect x="5" y="11" width="14" height="9" rx="2"/><path d="M8 11V8a4 4 0 0 1 8 0v3"/>"#
            }
            Self::Bolt => r#"<path d="M13 3 5 13.500h6L10 21l8-10.500h-6z"/>"#,
            Self::Eye => {
                r#"<path d="M2.500 12S6 5.500 12 5.500 21.500 12 21.500 12 18 18.500 12 18.500 2.500 12 2.500 12z"/><circle cx="12" cy="12" r="2.800"/>"#
            }
            Self::Help => {
                r#"<circle cx="12" cy="12" r="9"/><path d="M9.500 9.500a2.500 2.500 0 1 1 3.600 2.200c-.8.4-1.100.9-1.100 1.800M12 16.800v.1"/>"#
            }
            Self::Globe => {
                r#"<circle cx="12" cy="12" r="9"/><path d="M3 12h18M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18"/>"#
            }
            Self::Edit => r#"<path d="M4 20h4L19.500 8.500l-4-4L4 16zM13 7l4 4"/>"#,
            Self::Handover => r#"<path d="M4 8h14m-4-4 4 4-4 4M20 16H6m4-4-4 4 4 4"/>"#,
            Self::People => {
                r#"<circle cx="9" cy="8" r="3.500"/><path d="M2.500 20a6.500 6.500 0 0 1 13 0M15.500 4.800a3.500 3.500 0 0 1 0 6.400M17.500 14a6.500 6.500 0 0 1 4 6"/>"#
            }
            Self::Add => r#"<path d="M12 5v14M5 12h14"/>"#,
            Self::Search => {
                r#"<circle cx="10.500" cy="10.500" r="6"/><path d="m15 15 5.500 5.500"/>"#
            }
            Self::Alert => r#"<path d="M12 4 2.500 20h19zM12 10v4.500M12 17.200v.1"/>"#,
        }
    }
}

/// A drawing. Assistive technology does not read it: what it stands on has a name.
#[component]
pub fn Icon(drawing: Drawing) -> impl IntoView {
    erase(
        view! { <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" inner_html=drawing.path()></svg> },
    )
}
