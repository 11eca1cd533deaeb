//! The five scores as faces with their words: radio buttons, so that arrows, screen readers and plain posts all work.

use super::icons::{FACES, icon};
use leptos::prelude::*;
use protocol::Score;

/// The radio group; its values are the scores.
pub fn rating_scale(label: String, names: [String; 5], checked: Option<Score>) -> impl IntoView {
    let faces: Vec<_> = names
        .into_iter()
        .zip(FACES)
        .zip(Score::ALL)
        .map(|((name, face), score)| {
            view! {
                <label class="pick">
                    <input type="radio" name="score" value=score.to_string() checked=checked == Some(score)/>
                    {icon(face)} <span>{name}</span>
                </label>
            }
        })
        .collect();
    view! { <div class="scores" role="radiogroup" aria-label=label>{faces}</div> }
}
