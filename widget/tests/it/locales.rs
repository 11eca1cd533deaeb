//! The words that visitors see are the words that others hold on to.

use crate::{markup::sources, samples::strings};
use protocol::settings::Language;
use std::path::Path;
use widget::ssr::OF_MARKUP;

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
        ("ticket_page.resolve", "Marcar como resuelto"),
        ("ticket_page.reopen", "Reabrir"),
        ("ticket_page.continue_chat", "Seguir en chat"),
        ("ticket_page.transcript", "Enviar transcripción por correo"),
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
                        assert!(words.find(&key).is_some(), "{language}: {key} in {file}");
                        asked += 1;
                    }
                }
            }
        }
    }
    assert!(asked > 300, "{asked}");
}

#[test]
fn the_browser_is_given_the_words_that_it_says_and_no_others() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut browser: String = sources(&root.join("panel"))
        .into_iter()
        .map(|(_, source)| without_tests(&source))
        .collect();
    for file in ["header.rs", "view_model.rs", "became.rs", "page/panel.rs", "boot.js", "times.js"]
    {
        browser.push_str(&std::fs::read_to_string(root.join(file)).unwrap());
    }
    // Their keys are put together.
    let composed = ["back.", "newer.", "transcript_done", "transcript_confirm", "contact_done"];
    let words = strings("es");
    for key in words.iter().filter_map(|(key, _)| key.strip_prefix("panel.")) {
        let is_said = browser.contains(&["\"", key, "\""].concat());
        if OF_MARKUP.contains(&key) {
            assert!(!is_said, "{key} is said by the browser");
        } else if !composed.iter().any(|start| key.starts_with(start)) {
            assert!(is_said, "{key} stands in the markup alone");
        }
    }
}

fn without_tests(source: &str) -> String {
    source.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default().to_owned()
}

/// The keys of a call: what stands in quotes up to its end, of a choice both.
fn keys(call: &str, statement: &str) -> Vec<String> {
    match call.strip_suffix('"') {
        Some(_) => vec![statement.split('"').next().unwrap().to_owned()],
        None => statement.split('"').skip(1).step_by(2).map(str::to_owned).collect(),
    }
}
