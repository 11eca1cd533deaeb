//! The document around a page. Written here and not by leptos, whose own scripts read files beside the binary.

use super::shared::ConsoleAssets;
use crate::ui::favicon::ICON;
use leptos::prelude::*;
use std::sync::Arc;

/// What is written into a document besides its body.
#[derive(Clone)]
pub(super) struct Document {
    pub(super) lang: String,
    pub(super) title: String,
    pub(super) nonce: String,
    pub(super) assets: Arc<ConsoleAssets>,
    /// The state that the script starts from, as JSON; none: the page needs no script.
    pub(super) start: Option<String>,
    /// What is said where the script does not come, and the words of the link that loads the page again.
    pub(super) not_loaded: Option<[String; 2]>,
}

/// The id of what says that the script did not come. The script draws the page anew, without it.
const NOT_LOADED: &str = "not-loaded";
/// Milliseconds after which nobody waits for it any more; it may come all the same.
const PATIENCE: u32 = 20_000;

/// The document.
pub(super) fn document(about: Document, body: impl IntoView + 'static) -> impl IntoView {
    let Document { lang, title, nonce, assets, start, not_loaded } = about;
    let given = |url: &str| (!url.is_empty()).then(|| url.to_owned());
    let has_script = !assets.script_url.is_empty() && !assets.wasm_url.is_empty();
    let loader = (start.is_some() && has_script).then(|| {
        format!(
            "const late=()=>{{const note=document.getElementById('{NOT_LOADED}');if(note)note.hidden=false}},timer=setTimeout(late,{PATIENCE});\
             import({}).then(({{default:init,hydrate}})=>init({{module_or_path:{}}}).then(hydrate)).then(()=>clearTimeout(timer),late)",
            quoted(&assets.script_url),
            quoted(&assets.wasm_url)
        )
    });
    // Script and wasm are loaded beforehand on every page: somebody who signs in needs them next. They are not
    // prefetched: Firefox judges that by `default-src`, and WebKit does not do it.
    view! {
        <!DOCTYPE html>
        <html lang=lang>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="robots" content="noindex"/>
                <link rel="icon" href=ICON/>
                <title>{title}</title>
                {given(&assets.font_url).map(|font| view! { <link rel="preload" href=font r#as="font" type="font/woff2" crossorigin/> })}
                {given(&assets.css_url).map(|css| view! { <link rel="stylesheet" href=css/> })}
                {has_script.then(|| view! {
                    <link rel="modulepreload" href=assets.script_url.clone()/>
                    <link rel="preload" href=assets.wasm_url.clone() r#as="fetch" type="application/wasm" crossorigin/>
                })}
                {start.map(|start| view! { <script type="application/json" id="start" nonce=nonce.clone() inner_html=start></script> })}
                {loader.map(|loader| view! { <script type="module" nonce=nonce inner_html=loader></script> })}
            </head>
            <body>
                {body}
                // Behind everything: what is carried over to the page that the script draws is counted from the beginning.
                {not_loaded.map(|[note, again]| view! {
                    <p id=NOT_LOADED class="banner not-loaded" role="alert" hidden>{note}" "<a href="">{again}</a></p>
                })}
            </body>
        </html>
    }
}

/// JSON that can stand in a script element: nothing in it closes the element or opens a comment.
pub(super) fn in_script(json: &str) -> String {
    json.replace('<', "\\u003c")
}

fn quoted(url: &str) -> String {
    in_script(&serde_json::to_string(url).expect("a string is JSON"))
}

#[cfg(test)]
mod tests {
    use super::in_script;

    #[test]
    fn state_cannot_leave_its_element() {
        let json = serde_json::to_string("</script><!--<script>").expect("a string is JSON");
        let safe = in_script(&json);
        assert!(!safe.contains('<'));
        assert_eq!(
            serde_json::from_str::<String>(&safe).expect("still JSON"),
            "</script><!--<script>"
        );
    }
}
