//! Five faces to choose from: radio buttons, so that arrows, screen readers and plain posts all work.

use super::icons::{FACES, icon};
use leptos::prelude::*;

/// The radio group; its values are the score, 1 to 5.
pub fn faces(label: String, names: [String; 5], checked: Option<u8>) -> impl IntoView {
    let faces: Vec<_> = names
        .into_iter()
        .zip(FACES)
        .zip(1_u8..)
        .map(|((name, face), n)| {
            let title = name.clone();
            view! {
                <label class="pick" title=title>
                    <input
                        type="radio"
                        name="score"
                        value=n.to_string()
                        checked=checked == Some(n)
                        aria-label=name
                    />
                    {icon(face)}
                </label>
            }
        })
        .collect();
    view! { <div class="faces" role="radiogroup" aria-label=label>{faces}</div> }
}
