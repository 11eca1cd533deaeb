//! The words that visitors see are the words that others hold on to.

use crate::{markup::sources, samples::strings};
use protocol::settings::Language;
use std::path::Path;

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
        ("panel.own_list", "Conversaciones"),
        ("panel.another", "Nueva conversación"),
        ("panel.send_rating", "Enviar valoración"),
        ("ticket_page.reply", "Responder"),
        ("ticket_page.send", "Enviar"),
    ] {
        assert_eq!(words.get(key), name, "{key}");
    }
}

#[test]
fn every_word_that_the_code_asks_for_is_in_the_catalogue() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = sources(&root);
    let mut asked = 0;
    for language in Language::ALL {
        let words = strings(language.as_text());
        for (file, source) in &files {
            let section = if file.contains("ticket") && file.contains("view") {
                "ticket_page."
            } else {
                "panel."
            };
            for call in ["page.t(\"", "page.fill(\"", "page.t(if "] {
                for rest in source.split(call).skip(1) {
                    let statement = rest.split(')').next().unwrap();
                    for key in keys(call, statement) {
                        let key = [section, &key].concat();
                        assert!(words.0.contains_key(&key), "{language}: {key} in {file}");
                        asked += 1;
                    }
                }
            }
        }
    }
    assert!(asked > 300, "{asked}");
}

/// The keys of a call: what stands in quotes up to its end, of a choice both.
fn keys(call: &str, statement: &str) -> Vec<String> {
    match call.strip_suffix('"') {
        Some(_) => vec![statement.split('"').next().unwrap().to_owned()],
        None => statement.split('"').skip(1).step_by(2).map(str::to_owned).collect(),
    }
}
