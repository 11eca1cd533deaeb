use crate::samples::{body, panel};
use protocol::{
    Code, EntryId, Field, PageUrl, Refusal, Seq, TicketNumber, TicketToken, form::Started,
    settings::Hue,
};
use uuid::Uuid;
use widget::ssr::{
    Answer, Assets, Form, Inline, PanelPage, Position, Theme, Typed, panel_document,
};

const EVIL: &str = "</textarea></script><script>alert('1')</script>\" onfocus=\"x";

fn render(page: &PanelPage) -> String {
    panel_document(page, &Assets::default(), "nonce-1")
}

#[test]
fn before_a_chat() {
    insta::assert_snapshot!(body(&render(&panel(true))));
}

#[test]
fn the_ayuda_form() {
    insta::assert_snapshot!(body(&render(&panel(false))));
}

#[test]
fn what_was_typed_comes_back_with_the_refusals_and_cannot_leave_its_place() {
    let mut page = panel(false);
    page.name = EVIL.into();
    page.page = PageUrl::parse(&["https://a.mx/", EVIL].concat());
    page.answer = Some(Answer::Refused {
        form: Form::Request,
        refusals: vec![Refusal::of(Field::Email, Code::EmailInvalid)],
        typed: Typed {
            name: EVIL.into(),
            email: EVIL.into(),
            subject: EVIL.into(),
            queue: EVIL.into(),
            message: ["\n", EVIL].concat(),
        },
    });
    let html = render(&page);
    assert!(!html.contains("<script>alert"), "markup got through");
    assert!(!html.contains("onfocus=\"x"), "an attribute got through");
    let areas = html.matches("<textarea").count();
    assert_eq!(html.matches("</textarea>").count(), areas, "none was closed early");
    assert_eq!(html.matches("</script>").count(), 2, "the state and the boot script");
    assert!(html.contains("\n\n&lt;/textarea&gt;&lt;/script&gt;&lt;script&gt;alert"));
    assert!(html.contains("Escribe una dirección de correo válida"));
    assert!(html.contains("aria-invalid=\"true\""));
}

#[test]
fn a_chat_refused_because_it_closed_comes_back_as_the_ayuda_form_with_its_text() {
    let mut page = panel(false);
    page.answer = Some(Answer::Refused {
        form: Form::Chat,
        refusals: vec![Refusal::new(Code::ChatClosed)],
        typed: Typed { message: "mi pregunta".into(), ..Typed::default() },
    });
    let html = render(&page);
    assert!(html.contains("action=\"/w/demo/requests?"));
    assert!(html.contains(">mi pregunta</textarea>"));
    assert!(html.contains("El chat está cerrado en este momento."));
}

#[test]
fn an_answer_shows_number_and_link() {
    let mut page = panel(false);
    page.answer = Some(Answer::Started {
        form: Form::Request,
        started: Started {
            number: TicketNumber("CO-1042".into()),
            token: TicketToken("id.mac".into()),
            link: "https://help.example.com/t/CO-1042?k=mac".into(),
            id: EntryId(Uuid::from_u128(3)),
            seq: Seq(1),
        },
        email: Some("ana@a.mx".into()),
    });
    insta::assert_snapshot!(body(&render(&page)));
}

#[test]
fn the_form_posts_back_to_a_page_that_looks_like_this_one() {
    let mut page = panel(true);
    page.hue = Hue::new(200).ok();
    page.position = Position::Right;
    let html = render(&page);
    assert!(html.contains(
        "action=\"/w/demo/chats?lang=es&amp;embed=1&amp;hue=200&amp;position=right&amp;\
         page=https%3A%2F%2Fcuentasok.com%2Fprecios%3Fa%3Db%26c%3Dd\""
    ));
    assert!(html.contains(":root{--brand-h:200}"));
    assert!(html.contains("enctype=\"multipart/form-data\""));
}

#[test]
fn only_a_frame_can_be_closed() {
    let mut page = panel(true);
    assert!(render(&page).contains("data-close"));
    page.embed = false;
    assert!(!body(&render(&page)).contains("data-close"));
}

#[test]
fn what_shows_first_is_the_form_and_what_belongs_to_it() {
    for open in [true, false] {
        let html = body(&render(&panel(open)));
        let is_hidden = |rule: &str| -> Vec<bool> {
            let mark = ["data-show=\"", rule, "\""].concat();
            html.split('<')
                .filter(|tag| tag.contains(&mark))
                .map(|tag| tag.split('>').next().unwrap().contains(" hidden"))
                .collect()
        };
        let shows = |rule: &str, shown: bool| {
            let hidden = is_hidden(rule);
            assert!(!hidden.is_empty(), "{rule}");
            assert!(hidden.iter().all(|hidden| *hidden != shown), "{rule}");
        };
        shows("form", true);
        shows("open has-subject", open);
        shows("closed", !open);
        shows("header-chat", open);
        shows("header-help", !open);
        shows("sound", true);
        for rule in [
            "conversation+can-write conversation+has-text",
            "conversation+cannot-write",
            "ended+can-write",
            "conversation",
            "conversation+not-kept",
            "request waiting giving-contact",
            "waiting+can-write",
            "rateable+not-rated",
            "running",
            "has-email",
            "header-agent",
        ] {
            shows(rule, false);
        }
    }
}

#[test]
fn wasm_is_asked_for_where_there_is_some_and_nothing_runs_without_the_nonce() {
    let page = panel(true);
    assert!(!render(&page).contains("module"));
    let assets = Assets {
        panel: Some(Inline { css: "body{}", script: "boot()" }),
        ticket: None,
        script_url: Some("/assets/panel.1.js".into()),
        wasm_url: Some("/assets/panel.1.wasm".into()),
    };
    let html = panel_document(&page, &assets, "nonce-1");
    assert!(html.contains("<link rel=\"modulepreload\" href=\"/assets/panel.1.js\">"));
    assert!(html.contains("import init,{hydrate}from\"/assets/panel.1.js\""));
    assert!(html.contains("<style nonce=\"nonce-1\">body{}</style>"));
    assert!(html.contains("<script nonce=\"nonce-1\">boot()</script>"));
    let scripts = html.matches("<script").count();
    assert_eq!(scripts, 3);
    assert_eq!(html.matches("<script nonce=\"nonce-1\"").count(), 1);
    assert_eq!(html.matches("<script type=\"module\" async nonce=\"nonce-1\"").count(), 1);
    assert!(!html.contains(" style=\""), "an inline style would be refused by the policy");
}

#[test]
fn the_back_again_line_says_utc_until_there_is_a_script() {
    let html = render(&panel(false));
    assert!(html.contains(
        "<time datetime=\"2026-11-23T17:00:00Z\" data-as=\"opens\">Volvemos el 2026-11-23 a las 17:00 UTC</time>"
    ));
}

#[test]
fn a_theme_of_the_tag_is_the_documents_and_goes_along_with_its_form() {
    let with = |theme| render(&PanelPage { theme, ..panel(true) });
    let media = "@media (prefers-color-scheme: dark)";
    let system = with(Theme::Auto);
    assert!(system.contains(media) && !system.contains("theme="));
    let dark = with(Theme::Dark);
    assert!(dark.contains("@media all") && dark.contains(":root{color-scheme:dark}"));
    assert!(!dark.contains(media) && dark.contains("&amp;theme=dark"));
    let light = with(Theme::Light);
    assert!(light.contains("@media not all") && light.contains(":root{color-scheme:light}"));
    assert!(!light.contains(media) && light.contains("&amp;theme=light"));
}

#[test]
fn the_queue_is_asked_for_where_there_is_a_choice_and_comes_back_as_it_was_chosen() {
    let mut page = panel(true);
    let chosen = page.queues[1].id.to_string();
    page.answer = Some(Answer::Refused {
        form: Form::Chat,
        refusals: vec![Refusal::of(Field::Name, Code::NameOrEmailRequired)],
        typed: Typed { queue: chosen.clone(), ..Typed::default() },
    });
    let html = render(&page);
    assert!(html.contains("<label for=\"f-queue\">Área</label>"), "{html}");
    let option = html.split(&["value=\"", &chosen, "\""].concat()).nth(1).unwrap();
    let option = option.split("</option>").next().unwrap();
    assert!(option.contains("selected") && option.contains("Soporte &lt;técnico&gt;"), "{option}");
    assert_eq!(body(&html).matches(" selected").count(), 1);
    page.queues.clear();
    assert!(!render(&page).contains("f-queue"));
}
