use crate::samples::{body, entry, strings, ticket};
use protocol::{
    Code, Field, FileId, Refusal,
    entry::{BecameRequest, Category, Removed, TicketState, VisitorBody},
    file::Attachment,
    visitor::VisitorChat,
};
use uuid::Uuid;
use widget::ssr::{Assets, ProvedEmail, TicketAnswer, TicketPage, ticket_document};

fn render(page: &TicketPage) -> String {
    ticket_document(page, &Assets::default(), "n")
}

#[test]
fn after_a_chat() {
    insta::assert_snapshot!(body(&render(&ticket())));
}

#[test]
fn a_chat_that_became_a_request_says_why() {
    let mut said = std::collections::BTreeSet::new();
    for why in BecameRequest::ALL {
        let mut page = ticket();
        page.entries = vec![entry(1, VisitorBody::BecameRequest { why })];
        let html = render(&page);
        let line = html.split("class=\"line\"><span>").nth(1).unwrap();
        said.insert(line.split('<').next().unwrap().to_owned());
    }
    assert_eq!(said.len(), BecameRequest::ALL.len(), "{said:?}");
    assert!(said.iter().all(|words| !words.contains("became")), "{said:?}");
}

#[test]
fn without_a_subject_the_first_words_are_the_heading() {
    let mut page = ticket();
    page.ticket.subject = None;
    page.entries = vec![entry(
        1,
        VisitorBody::Visitor {
            text:
                "Hola,\n no puedo conciliar mi cuenta de marzo porque el banco, y no sé más de ello"
                    .into(),
            files: vec![],
        },
    )];
    assert!(render(&page).contains(
        "<h1 dir=\"auto\">Hola, no puedo conciliar mi cuenta de marzo porque el banco, y no sé…</h1>"
    ));
    page.entries.clear();
    assert!(render(&page).contains("<h1 dir=\"auto\">Tu consulta</h1>"));
}

#[test]
fn whoever_comes_from_a_mail_is_asked_to_confirm_the_address() {
    let mut page = ticket();
    assert!(!render(&page).contains("/confirm"));
    let proved = |is_confirmed| {
        let address = "<ana>@a.mx".into();
        Some(ProvedEmail { address, is_confirmed, awaits_transcript: false })
    };
    page.proved = proved(false);
    let html = render(&page);
    let form = html.split("action=\"/t/CO-1042/confirm\"").nth(1).unwrap();
    let form = form.split("</form>").next().unwrap();
    assert!(form.contains("Confirmar mi correo") && form.contains("&lt;ana&gt;@a.mx"), "{form}");
    assert!(!html.contains("/email\""), "only a confirmed one is changed");
    let promise = "enviaremos ahí también la conversación completa";
    assert!(!form.contains(promise), "nobody asked for it: {form}");
    page.proved.as_mut().unwrap().awaits_transcript = true;
    assert!(render(&page).contains(promise));
    page.proved = proved(true);
    assert!(!render(&page).contains("/confirm"));
    for (done, words) in [
        (
            "confirmed",
            "Te avisaremos ahí cuando respondamos; la conversación completa puedes pedirla",
        ),
        ("confirmed_transcript", "confirmaste tu correo. La transcripción va en camino."),
        ("transcript_once_confirmed", "pulsa «Confirmar mi correo»"),
    ] {
        page.answer = TicketAnswer::done(done);
        assert!(render(&page).contains(words), "{done}");
    }
}

#[test]
fn a_confirmed_address_is_changed_by_its_reader() {
    let mut page = ticket();
    assert!(!render(&page).contains("/email\""));
    page.proved = Some(ProvedEmail {
        address: "<ana>@a.mx".into(),
        is_confirmed: true,
        awaits_transcript: false,
    });
    let form = |page: &TicketPage| {
        let html = render(page);
        let details = html.split("<details").nth(1).unwrap().split("</details>").next().unwrap();
        details.to_owned()
    };
    let shown = form(&page);
    assert!(shown.contains("action=\"/t/CO-1042/email\"") && shown.contains("&lt;ana&gt;@a.mx"));
    assert!(!shown.contains(" open"), "{shown}");
    page.answer = Some(TicketAnswer::EmailRefused {
        refusals: vec![Refusal::of(Field::Email, Code::Invalid)],
        email: "<eva>".into(),
    });
    let refused = form(&page);
    for wanted in [" open", "value=\"&lt;eva&gt;\"", "aria-invalid=\"true\"", "role=\"alert\""] {
        assert!(refused.contains(wanted), "{wanted}: {refused}");
    }
}

#[test]
fn a_rating_is_asked_for_once() {
    let mut page = ticket();
    assert!(render(&page).contains("action=\"/t/CO-1042/rating\""));
    for chat in [
        VisitorChat::Ended { rated: true, attended: true },
        VisitorChat::Ended { rated: false, attended: false },
        VisitorChat::Request,
    ] {
        page.ticket.chat = chat;
        assert!(!render(&page).contains("role=\"radiogroup\""));
    }
}

#[test]
fn a_removed_site_offers_nothing_and_gives_typed_text_back_to_be_copied() {
    let mut page = ticket();
    page.proved = Some(ProvedEmail {
        address: "ana@a.mx".into(),
        is_confirmed: true,
        awaits_transcript: false,
    });
    let offers = ["role=\"radiogroup\"", "name=\"message\"", "Hacer otra consulta", "/email\""];
    for offered in offers {
        assert!(render(&page).contains(offered), "{offered}");
    }
    page.ticket.removed = Some(Removed::Site);
    let html = render(&page);
    for offered in offers {
        assert!(!html.contains(offered), "{offered}");
    }
    assert!(html.contains("el sitio se dio de baja.") && !html.contains("<textarea"));
    page.answer = Some(TicketAnswer::ReplyRefused {
        refusals: vec![Refusal::new(Code::SiteRemoved)],
        message: "a medias".into(),
        refused_files: Vec::new(),
        kept_files: Vec::new(),
    });
    let html = render(&page);
    assert!(html.contains(">a medias</textarea>") && html.contains("readonly"), "{html}");
}

#[test]
fn what_was_typed_comes_back_and_cannot_leave_its_place() {
    let mut page = ticket();
    let evil = "</textarea><script>alert(1)</script>";
    page.entries.push(entry(7, VisitorBody::Visitor { text: evil.into(), files: vec![] }));
    page.entries
        .push(entry(8, VisitorBody::Agent { name: evil.into(), text: evil.into(), files: vec![] }));
    page.answer = Some(TicketAnswer::ReplyRefused {
        refusals: vec![Refusal::of(Field::Message, Code::TooLong).limit(20_000)],
        message: evil.into(),
        refused_files: vec![(evil.into(), Refusal::of(Field::Files, Code::FileType))],
        kept_files: Vec::new(),
    });
    let html = render(&page);
    assert!(!html.contains("<script>alert"));
    assert!(html.contains("&lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt;</textarea>"));
    assert!(html.contains("«Mensaje» admite como máximo 20000 caracteres."));
}

#[test]
fn the_steps_follow_the_state() {
    let mut page = ticket();
    page.ticket.state.category = Category::Closed;
    assert!(!render(&page).contains("aria-current"));
    page.ticket.state.category = Category::Waiting;
    assert!(render(&page).contains("aria-current=\"step\" class=\"now\">Respondido"));
}

#[test]
fn a_default_state_is_said_in_the_readers_language_and_an_owners_own_as_it_is() {
    let mut page = ticket();
    page.strings = strings("en");
    let changed = |name: &str| VisitorBody::StateChanged {
        state: TicketState { name: name.into(), category: Category::Waiting },
    };
    page.entries.extend([entry(7, changed("atendido")), entry(8, changed("Con el proveedor"))]);
    let html = render(&page);
    assert!(html.contains(">pending</span>"));
    assert!(!html.contains("answered"), "the answer itself says so");
    assert!(html.contains("Status: Con el proveedor"));
}

#[test]
fn pictures_are_shown_and_other_files_are_named() {
    let mut page = ticket();
    let file = |name: &str, media_type: &str, bytes: u64| Attachment {
        id: FileId(Uuid::from_u128(bytes.into())),
        name: name.into(),
        media_type: media_type.into(),
        bytes,
    };
    let files = vec![
        file("foto.png", "image/png", 1000),
        file("enorme.png", "image/png", 9_000_000),
        file("dibujo.svg", "image/svg+xml", 1001),
    ];
    page.entries = vec![entry(1, VisitorBody::Visitor { text: String::new(), files })];
    let html = render(&page);
    assert_eq!(html.matches("<img").count(), 1);
    for name in ["foto.png", "enorme.png", "dibujo.svg"] {
        assert!(html.contains(&format!("download=\"{name}\"")), "{name}");
    }
}

fn refused_reply(page: &mut TicketPage, refusal: Refusal) {
    page.answer = Some(TicketAnswer::ReplyRefused {
        refusals: vec![refusal],
        message: "Aquí va".into(),
        refused_files: Vec::new(),
        kept_files: Vec::new(),
    });
}

/// The element that the page begins at.
fn focused(html: &str) -> &str {
    let (before, after) = html.split_once(" autofocus").expect("one is focused");
    assert!(!after.contains(" autofocus"), "one alone");
    let begins = before.rfind('<').unwrap();
    &html[begins..before.len() + after.find('>').unwrap()]
}

#[test]
fn a_refused_form_begins_at_what_was_refused_and_says_it_in_its_own_words() {
    let mut page = ticket();
    assert!(!render(&page).contains("autofocus"));
    refused_reply(&mut page, Refusal::of(Field::Message, Code::Required));
    let html = render(&page);
    assert!(focused(&html).starts_with("<textarea"), "{}", focused(&html));
    assert!(html.contains(">Escribe tu respuesta.</p>"));
    page.answer = Some(TicketAnswer::RatingRefused {
        refusals: vec![Refusal::of(Field::Score, Code::Required)],
        score: None,
        comment: String::new(),
    });
    let html = render(&page);
    assert!(focused(&html).contains("role=\"alert\""), "{}", focused(&html));
    assert!(html.contains(">Elige una cara primero.</p>"));
    page.answer = Some(TicketAnswer::TranscriptRefused {
        refusals: vec![Refusal::of(Field::Email, Code::Required)],
        email: String::new(),
    });
    let html = render(&page);
    assert!(focused(&html).contains("f-transcript"), "{}", focused(&html));
}

#[test]
fn a_refused_file_is_named_with_its_reason_and_the_others_are_kept() {
    let mut page = ticket();
    page.answer = Some(TicketAnswer::ReplyRefused {
        refusals: vec![Refusal::of(Field::Files, Code::FileType)],
        message: "Aquí va".into(),
        refused_files: vec![("malo.exe".into(), Refusal::of(Field::Files, Code::FileType))],
        kept_files: vec![Attachment {
            id: FileId(Uuid::from_u128(7)),
            name: "foto.png".into(),
            media_type: "image/png".into(),
            bytes: 100,
        }],
    });
    let html = render(&page);
    for shown in
        ["malo.exe: no aceptamos archivos de este tipo.", ">Ya subido: foto.png<", "Aquí va"]
    {
        assert!(html.contains(shown), "{shown}: {html}");
    }
    let kept = format!("name=\"kept\" value=\"{}\"", FileId(Uuid::from_u128(7)));
    assert!(html.contains(&kept), "{html}");
    let field = focused(&html);
    assert!(field.contains("type=\"file\"") && field.contains("e-files"), "{field}");
}

#[test]
fn the_desks_states_are_no_lines_of_the_history() {
    let mut page = ticket();
    let state = |name: &str, category| VisitorBody::StateChanged {
        state: TicketState { name: name.into(), category },
    };
    page.entries.push(entry(7, state("finalizado", Category::Closed)));
    assert!(!render(&page).contains("finalizado"), "the chat has ended is line enough");
    page.entries.push(entry(8, state("pendiente", Category::Open)));
    page.entries.push(entry(9, state("finalizado", Category::Closed)));
    let html = render(&page);
    for line in ["Tu ticket se reabrió", "Tu ticket quedó cerrado"] {
        assert_eq!(html.matches(line).count(), 1, "{line}: {html}");
    }
    assert!(!html.contains("Estado: "), "{html}");
    page.entries.push(entry(10, state("en el taller", Category::Waiting)));
    page.entries.remove(8);
    page.entries.remove(7);
    page.entries.remove(6);
    assert!(render(&page).contains("Estado: en el taller"), "an owner's own says something");
}

#[test]
fn without_scripts_times_are_local_and_the_zone_is_named() {
    let html = render(&ticket());
    assert!(html.contains(">26/11/2026, 12:01</time>"), "{html}");
    assert!(
        html.contains(
            "<noscript><p class=\"sub\">Las horas son de Ciudad de México.</p></noscript>"
        )
    );
    assert!(!html.contains(" UTC<"));
}
