//! The words that visitors see are the words that others hold on to.

use crate::samples::strings;

#[test]
fn the_names_that_interfaces_promise_are_the_spanish_words() {
    let words = strings("es");
    for (key, name) in [
        ("button.chat", "Chat"),
        ("button.help", "Ayuda"),
        ("panel.name", "Nombre"),
        ("panel.email", "Correo electrónico"),
        ("panel.subject", "Asunto"),
        ("panel.message", "Mensaje"),
        ("panel.start", "Iniciar chat"),
        ("panel.log", "Conversación"),
        ("panel.send", "Enviar"),
        ("panel.attach", "Adjuntar"),
        ("panel.menu", "Menú"),
        ("panel.close", "Cerrar"),
        ("panel.menu_transcript", "Enviar transcripción por correo"),
        ("panel.menu_end", "Finalizar chat"),
        ("panel.files", "Archivos adjuntos"),
        ("panel.send_request", "Enviar solicitud"),
        ("panel.rating", "Valoración"),
        ("panel.comment", "Comentario"),
        ("panel.send_rating", "Enviar valoración"),
        ("ticket_page.reply", "Responder"),
        ("ticket_page.send", "Enviar"),
    ] {
        assert_eq!(words.get(key), name, "{key}");
    }
}

#[test]
fn every_word_that_the_code_asks_for_is_in_the_catalogue() {
    let sources = [
        include_str!("../../src/panel/act.rs"),
        include_str!("../../src/panel/conversation.rs"),
        include_str!("../../src/panel/draw.rs"),
        include_str!("../../src/panel/files.rs"),
        include_str!("../../src/panel/hear.rs"),
        include_str!("../../src/panel/live.rs"),
        include_str!("../../src/panel/log.rs"),
        include_str!("../../src/panel/told.rs"),
        include_str!("../../src/scene.rs"),
        include_str!("../../src/view/after.rs"),
        include_str!("../../src/view/answer.rs"),
        include_str!("../../src/view/head.rs"),
        include_str!("../../src/view/intake.rs"),
        include_str!("../../src/view/mod.rs"),
        include_str!("../../src/view/talk.rs"),
        include_str!("../../src/view/templates.rs"),
    ];
    for lang in ["es", "en", "pt"] {
        let words = strings(lang);
        for source in sources {
            for call in ["page.t(\"", "page.fill(\""] {
                for rest in source.split(call).skip(1) {
                    let key = ["panel.", rest.split('"').next().unwrap()].concat();
                    assert!(words.0.contains_key(&key), "{lang}: {key}");
                }
            }
        }
        for rest in include_str!("../../src/view/ticket_page.rs").split("t(page, \"").skip(1) {
            let key = ["ticket_page.", rest.split('"').next().unwrap()].concat();
            assert!(words.0.contains_key(&key) || key.ends_with('.'), "{lang}: {key}");
        }
    }
}
