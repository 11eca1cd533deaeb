use super::*;
use crate::panel::state::HostMessage;
use crate::panel::state::fixture::{Panel, active, agents, entry, id, own, ticket};
use protocol::{
    entry::Removed,
    visitor::{VisitorCommand, VisitorTicket},
};
use std::time::Duration;

#[test]
fn somebody_types_until_they_have_written_or_six_seconds_are_over() {
    let mut panel = Panel::in_a_chat();
    let typing = || VisitorEvent::Typing { name: "Lucía Medina".into() };
    panel.event(typing());
    assert_eq!(panel.state.typing_agent.as_deref(), Some("Lucía Medina"));
    assert_eq!(panel.take(), [Effect::TickAfter(limits::TYPING_FOR)]);
    panel.event(VisitorEvent::Entry { entry: entry(2, agents("listo")) });
    assert_eq!(panel.state.typing_agent, None);
    panel.event(typing());
    panel.almost_wait(limits::TYPING_FOR);
    assert!(panel.state.typing_agent.is_some());
    panel.wait(Duration::from_millis(1));
    assert_eq!(panel.state.typing_agent, None);
    panel.event(typing());
    panel.event(VisitorEvent::Ticket {
        ticket: ticket(VisitorChat::Ended { rated: false, attended: true }),
    });
    assert_eq!(panel.state.typing_agent, None);
}

#[test]
fn at_the_end_of_a_chat_the_talk_stays_and_the_focus_goes_to_what_follows() {
    for (focused, text, goes) in [
        (Some(Id::ComposerMessage), "", true),
        (Some(Id::Log), "a medias", true),
        (Some(Id::ComposerMessage), "a medias", false),
        (None, "", false),
    ] {
        for (attended, heading) in [(true, Id::RatingTitle), (false, Id::Title)] {
            let mut panel = Panel::in_a_chat();
            panel.env.focused = focused;
            panel.change(|state, env| state.typed(Field::Message, text, env));
            panel.take();
            let chat = VisitorChat::Ended { rated: false, attended };
            panel.event(VisitorEvent::Ticket { ticket: ticket(chat.clone()) });
            let done = panel.take();
            assert_eq!(done.contains(&Effect::Focus(Focus::Element(heading))), goes);
            assert!(done.contains(&Effect::ScrollToEnd));
            assert!(shows(&panel, LOG) && shows(&panel, COMPOSER));
            assert_eq!(panel.state.draft.message, text);
            // Said once more, it moves nothing.
            panel.event(VisitorEvent::Ticket { ticket: ticket(chat) });
            assert_eq!(panel.take(), []);
        }
    }
}

#[test]
fn an_answer_of_files_alone_is_shown_by_their_name() {
    let mut panel = Panel::in_a_chat();
    panel.state.is_open = false;
    let file = protocol::file::Attachment {
        id: protocol::FileId(id(9).0),
        name: "factura.pdf".into(),
        media_type: "application/pdf".into(),
        bytes: 12,
    };
    panel.state.page.strings =
        serde_json::from_str(r#"{"panel.preview_file":"Archivo: {file}"}"#).expect("strings");
    let body =
        VisitorBody::Agent { name: "Lucía Medina".into(), text: String::new(), files: vec![file] };
    panel.event(VisitorEvent::Entry { entry: entry(2, body) });
    let preview = "Lucía Medina\nArchivo: factura.pdf".to_owned();
    assert!(panel.posted().contains(&(HostNotice::Preview, preview)));
}

#[test]
fn a_closed_panel_tells_the_page_of_what_becomes_of_the_chat() {
    let joined = VisitorBody::Joined { name: "Lucía Medina".into() };
    let ended = |by| VisitorBody::ChatEnded { by };
    let became = |why| VisitorBody::BecameRequest { why };
    for (body, told) in [
        (joined, Some("panel.joined")),
        (ended(EndedBy::Agent), Some("panel.ended_agent")),
        (ended(EndedBy::Visitor), None),
        (became(BecameRequest::WaitLimit), Some("panel.became_ask")),
        (became(BecameRequest::Visitor), None),
    ] {
        for is_open in [false, true] {
            let mut panel = Panel::in_a_chat();
            becomes_waiting(&mut panel);
            panel.state.is_open = is_open;
            panel.take();
            panel.event(VisitorEvent::Entry { entry: entry(2, body.clone()) });
            let previews: Vec<_> = panel
                .posted()
                .into_iter()
                .filter_map(|it| (it.0 == HostNotice::Preview).then_some(it.1))
                .collect();
            let wanted = told.filter(|_| !is_open).map(|words| ["CuentasOK\n", words].concat());
            assert_eq!(previews, Vec::from_iter(wanted));
        }
    }
}

fn becomes_waiting(panel: &mut Panel) {
    let ticket = ticket(VisitorChat::Waiting { position: 1 });
    panel.event(VisitorEvent::Ticket { ticket });
}

#[test]
fn a_rating_leaves_the_focus_on_the_thanks() {
    let mut panel = Panel::in_a_chat();
    let chat = VisitorChat::Ended { rated: false, attended: true };
    panel.event(VisitorEvent::Ticket { ticket: ticket(chat) });
    panel.change(|state, env| state.rate(Some(5), "", env));
    panel.take();
    panel.event(VisitorEvent::Done { what: Done::Rating });
    assert!(panel.take().contains(&Effect::Focus(Focus::Element(Id::RatingDone))));
    assert!(shows(&panel, RATING_DONE) && !shows(&panel, RATING));
}

#[test]
fn a_transcript_that_was_sent_is_not_offered() {
    let offers = |panel: &Panel| shows(panel, "has-email+no-transcript no-email+no-transcript");
    let mut panel = Panel::in_a_chat();
    assert!(offers(&panel));
    panel.event(VisitorEvent::Entry { entry: entry(2, VisitorBody::TranscriptSent) });
    assert!(!offers(&panel));
    panel.event(VisitorEvent::Entry { entry: entry(3, agents("una cosa más")) });
    assert!(offers(&panel), "it is not in there");
    panel.change(|state, env| state.transcript_to("ana@a.mx", env));
    panel.event(VisitorEvent::Done { what: Done::TranscriptOnceConfirmed });
    assert!(!offers(&panel), "it follows the mailed button");
}

#[test]
fn an_answer_sounds_where_nobody_looks_unless_the_sound_is_off() {
    let answer = |seq| VisitorEvent::Entry { entry: entry(seq, agents("mira")) };
    let mut panel = Panel::in_a_chat();
    panel.event(answer(2));
    let done = panel.take();
    assert!(!done.contains(&Effect::PlaySound));
    assert!(done.contains(&Effect::PostToHost(HostNotice::Message, "agent".into())));
    panel.env.is_visible = false;
    panel.event(answer(3));
    assert!(panel.take().contains(&Effect::PlaySound));
    panel.change(|state, _| state.toggle_sound());
    panel.event(answer(4));
    assert!(!panel.take().contains(&Effect::PlaySound));
    assert!(panel.stored().muted && !panel.reload().state.sound);
}

#[test]
fn what_was_there_before_the_panel_is_no_news_and_what_came_meanwhile_is() {
    let mut panel = Panel::in_a_chat();
    panel.event(VisitorEvent::Entry { entry: entry(2, agents("buenas")) });
    let mut all = vec![entry(1, own("hola")), entry(2, agents("buenas"))];
    for is_news in [false, true] {
        panel = panel.reload();
        panel.env.is_visible = false;
        panel.welcome(active());
        let last = all.last().map_or(Seq::START, |entry| entry.seq);
        panel.event(VisitorEvent::Entries { entries: all.clone(), last });
        let done = panel.take();
        assert_eq!(done.contains(&Effect::PlaySound), is_news);
        let message = Effect::PostToHost(HostNotice::Message, "agent".into());
        assert_eq!(done.contains(&message), is_news);
        all.push(entry(3, agents("¿sigues ahí?")));
    }
}

#[test]
fn a_closed_panel_shows_the_first_words_of_an_answer_on_the_page() {
    let mut panel = Panel::in_a_chat();
    let long = "ñ".repeat(500);
    for (seq, is_open) in [(2, true), (3, false)] {
        panel.state.is_open = is_open;
        panel.event(VisitorEvent::Entry { entry: entry(seq, agents(&long)) });
        let previews: Vec<_> = panel
            .posted()
            .into_iter()
            .filter(|(notice, _)| *notice == HostNotice::Preview)
            .map(|(_, value)| value)
            .collect();
        let preview = ["Lucía Medina\n", &"ñ".repeat(120)].concat();
        assert_eq!(previews, if is_open { vec![] } else { vec![preview] });
    }
}

#[test]
fn what_the_agents_have_seen_never_shrinks() {
    let mut panel = Panel::in_a_chat();
    panel.event(VisitorEvent::Seen { upto: Seq(1) });
    panel.event(VisitorEvent::Seen { upto: Seq(0) });
    assert_eq!(panel.state.ticket.as_ref().map(|ticket| ticket.seen_upto), Some(Seq(1)));
}

#[test]
fn a_chat_that_became_a_request_stays_where_it_was() {
    let mut panel = Panel::in_a_chat();
    panel.event(VisitorEvent::Ticket { ticket: ticket(VisitorChat::Request) });
    assert_eq!(panel.state.screen, crate::view_model::Screen::Conversation);
    assert_eq!(panel.state.number(), "CO-1");
    assert_eq!(panel.state.timeline.last(), Seq(1));
}

fn at_a_removed_site(chat: VisitorChat) -> VisitorEvent {
    VisitorEvent::Ticket { ticket: VisitorTicket { removed: Some(Removed::Site), ..ticket(chat) } }
}

/// The rules of what a test is about.
const COMPOSER: &str = "conversation+can-write conversation+has-text";
const LOG: &str = "conversation";
const RATING: &str = "rateable+not-rated";
const RATING_DONE: &str = "rateable+rated";
const NEXT_CHAT: &str = "ended+can-write";

fn shows(panel: &Panel, rule: &str) -> bool {
    panel.state.view_model().shows(rule)
}

#[test]
fn at_a_removed_site_typed_text_can_be_copied_and_nothing_is_offered() {
    let mut panel = Panel::in_a_chat();
    panel.event(VisitorEvent::Typing { name: "Lucía Medina".into() });
    panel.change(|state, env| state.typed(Field::Message, "a medias", env));
    panel.event(at_a_removed_site(active()));
    assert_eq!(panel.state.typing_agent, None);
    panel.event(VisitorEvent::Typing { name: "Lucía Medina".into() });
    assert_eq!(panel.state.typing_agent, None);
    assert!(!panel.state.can_write() && shows(&panel, COMPOSER));
    panel.take();
    panel.change(|state, env| state.send_message(id(50), "a medias", env));
    assert_eq!(panel.sent(), []);
    assert_eq!(panel.state.draft.message, "a medias");

    panel.event(at_a_removed_site(VisitorChat::Ended { rated: false, attended: true }));
    assert!(shows(&panel, LOG) && shows(&panel, COMPOSER));
    for offered in [RATING, NEXT_CHAT, "not-running+can-write"] {
        assert!(!shows(&panel, offered), "{offered}");
    }
    panel.change(|state, _| state.draft.message.clear());
    assert!(!shows(&panel, COMPOSER), "an empty one is no use");
}

#[test]
fn a_chat_that_nobody_attended_is_not_asked_for_a_rating() {
    let mut panel = Panel::in_a_chat();
    for attended in [true, false] {
        let chat = VisitorChat::Ended { rated: false, attended };
        panel.event(VisitorEvent::Ticket { ticket: ticket(chat) });
        assert_eq!((shows(&panel, RATING), shows(&panel, LOG)), (attended, true));
        assert!(shows(&panel, NEXT_CHAT));
    }
}

#[test]
fn both_agents_of_a_conference_stand_in_the_head() {
    let mut panel = Panel::in_a_chat();
    panel.state.page.strings =
        [("panel.two".into(), "{one} y {other}".into())].into_iter().collect();
    let title = |panel: &Panel| panel.state.view_model().header().title(&panel.state.page);
    assert_eq!(title(&panel), "Lucía Medina");
    let guest = Some("Raúl Gil".into());
    let chat = VisitorChat::Active { agent: "Lucía Medina".into(), guest };
    panel.event(VisitorEvent::Ticket { ticket: ticket(chat) });
    assert_eq!(title(&panel), "Lucía y Raúl");
    panel.event(VisitorEvent::Ticket { ticket: ticket(active()) });
    assert_eq!(title(&panel), "Lucía Medina");
}

#[test]
fn where_queue_or_agent_was_removed_the_chat_can_only_be_ended() {
    let mut panel = Panel::in_a_chat();
    for removed in [Removed::Queue, Removed::Agent] {
        let removed = Some(removed);
        panel.event(VisitorEvent::Ticket { ticket: VisitorTicket { removed, ..ticket(active()) } });
        assert!(shows(&panel, "conversation+cannot-write") && shows(&panel, "running"));
        assert!(!shows(&panel, COMPOSER));
        assert_eq!(panel.state.view_model().no_composer(), "panel.only_end");
        panel.take();
        panel.change(State::end_chat);
        assert_eq!(panel.sent(), [VisitorCommand::End]);
    }
    let over = VisitorChat::Ended { rated: false, attended: true };
    panel.event(VisitorEvent::Ticket { ticket: ticket(over) });
    assert!(shows(&panel, RATING) && shows(&panel, NEXT_CHAT));
}

#[test]
fn who_is_asked_whether_they_are_still_there_hears_it_behind_a_closed_panel() {
    let mut panel = Panel::in_a_chat();
    panel.change(|state, env| state.on_host_message(HostMessage::Close, env));
    panel.take();
    panel.event(VisitorEvent::Entry { entry: entry(2, VisitorBody::IdleWarning) });
    let done = panel.take();
    assert!(done.contains(&Effect::PlaySound));
    let said = "CuentasOK\npanel.idle_warning".to_owned();
    assert!(done.contains(&Effect::PostToHost(HostNotice::Preview, said)), "{done:?}");
}
