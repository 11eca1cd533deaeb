//! Pictures and pages of PDFs, over the page.

use super::{
    dialog::Dialog,
    erase::erase,
    icon::{Drawing, Icon},
    viewing::Shown,
};
use crate::{browser::drawn_page, words::use_words};
use leptos::prelude::*;
use protocol::Refusal;
use web_sys::KeyboardEvent;

/// Where one is: the file by its place, and its page, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    file: usize,
    page: u32,
}

/// How far what is shown has come.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Picture {
    Coming,
    /// Its address; the browser may still be loading it.
    At(String),
    Refused(Refusal),
    /// It came, and is none.
    Broken,
}

/// The viewer: open while there is something in `viewing`. Arrows and buttons lead through the pages of a file, and on
/// to the next file.
#[component]
pub fn Viewer(viewing: RwSignal<Option<Shown>>) -> impl IntoView {
    let words = use_words();
    let open = RwSignal::new(false);
    let place = RwSignal::new(Place { file: 0, page: 1 });
    // Of the file that is shown; one, as long as nobody knows.
    let pages = RwSignal::new(1_u32);
    let picture = RwSignal::new(Picture::Coming);
    let is_loaded = RwSignal::new(false);
    // Larger than the screen, to be read piece by piece.
    let is_large = RwSignal::new(false);
    Effect::new(move |_| {
        if let Some(at) = viewing.with(|shown| shown.as_ref().map(|shown| shown.at)) {
            pages.set(1);
            place.set(Place { file: at, page: 1 });
            open.set(true);
        }
    });
    Effect::new(move |was_open: Option<bool>| {
        let is_open = open.get();
        if was_open == Some(true) && !is_open {
            viewing.set(None);
        }
        is_open
    });
    let current = Memo::new(move |_| {
        let Place { file, page } = place.get();
        let file = viewing.with(|shown| shown.as_ref()?.files.get(file).cloned());
        file.map(|file| (file, page))
    });
    let show = move || {
        let Some((file, page)) = current.get_untracked() else { return };
        is_loaded.set(false);
        if file.is_picture() {
            picture.set(Picture::At(format!("/console/files/{}", file.id)));
            return;
        }
        picture.set(Picture::Coming);
        drawn_page::ask(file.id, page, move |answer| {
            let is_current = current.try_with_untracked(|current| {
                current.as_ref().is_some_and(|(shown, at)| (shown.id, *at) == (file.id, page))
            });
            // Somebody may have gone on, or closed it.
            if is_current != Some(true) {
                return;
            }
            match answer {
                Ok(count) => {
                    pages.set(count);
                    picture.set(Picture::At(drawn_page::address(file.id, page)));
                }
                Err(refusal) => picture.set(Picture::Refused(refusal)),
            }
        });
    };
    Effect::new(move |_| {
        current.track();
        show();
    });
    let count = move || viewing.with(|shown| shown.as_ref().map_or(0, |shown| shown.files.len()));
    let next = Memo::new(move |_| next(place.get(), pages.get(), count()));
    let previous = Memo::new(move |_| previous(place.get()));
    let go = move |to: Option<Place>| {
        let Some(to) = to else { return };
        if to.file != place.get_untracked().file {
            pages.set(1);
        }
        place.set(to);
    };
    let on_key = move |event: KeyboardEvent| {
        let to = match event.key().as_str() {
            "ArrowRight" | "PageDown" => next.get_untracked(),
            "ArrowLeft" | "PageUp" => previous.get_untracked(),
            "Home" => Some(Place { page: 1, ..place.get_untracked() }),
            "End" => Some(Place { page: pages.get_untracked(), ..place.get_untracked() }),
            _ => return,
        };
        event.prevent_default();
        go(to);
    };
    let name = move || current.with(|it| it.as_ref().map(|(file, _)| file.name.clone()));
    let href = move || {
        current.with(|it| it.as_ref().map(|(file, _)| format!("/console/files/{}", file.id)))
    };
    let where_one_is = move || {
        let Place { file, page } = place.get();
        let number = |n: usize| n.to_string();
        let pages = pages.get();
        let page = (pages > 1).then(|| {
            words.fill("viewer_page", &[("n", &page.to_string()), ("pages", &pages.to_string())])
        });
        let file = (count() > 1).then(|| {
            words.fill("viewer_file", &[("n", &number(file + 1)), ("files", &number(count()))])
        });
        page.into_iter().chain(file).collect::<Vec<_>>().join(" · ")
    };
    let is_coming = move || match picture.get() {
        Picture::Coming => true,
        Picture::At(_) => !is_loaded.get(),
        Picture::Refused(_) | Picture::Broken => false,
    };
    let shown = move || match picture.get() {
        Picture::At(src) => Some(view! {
            <img
                src=src
                alt=move || name().unwrap_or_default()
                on:load=move |_| is_loaded.set(true)
                on:error=move |_| picture.set(Picture::Broken)
            />
        }),
        _ => None,
    };
    let refused = move || {
        let why = match picture.get() {
            Picture::Refused(refusal) => words.refusal(&refusal),
            Picture::Broken => words.get("viewer_failed"),
            Picture::Coming | Picture::At(_) => return None,
        };
        Some(view! {
            <p>{why}</p>
            <button type="button" class="btn" on:click=move |_| show()>{words.get("retry")}</button>
        })
    };
    let has_steps = move || next.get().is_some() || previous.get().is_some();
    let step = move |to: Memo<Option<Place>>, class: &'static str, key: &'static str| {
        view! {
            <button
                type="button"
                class=class
                aria-disabled=move || to.get().is_none().then_some("true")
                on:click=move |_| go(to.get_untracked())
            >
                <Icon drawing=Drawing::Back/>
                <span>{words.get(key)}</span>
            </button>
        }
    };
    erase(view! {
        <Dialog labelled_by="viewer-title" open=open class="dialog viewer">
            <div class="viewer-page" on:keydown=on_key>
                <header>
                    <h2 id="viewer-title" class="cut" dir="auto">{name}</h2>
                    <button type="button" class="btn" aria-pressed=move || is_large.get().to_string() on:click=move |_| is_large.update(|large| *large = !*large)>
                        {words.get("viewer_enlarge")}
                    </button>
                    <a class="btn" href=href download=name rel="external">{words.get("download")}</a>
                    <button type="button" class="btn" aria-label=words.get("dismiss") title=words.get("dismiss") on:click=move |_| open.set(false)>
                        <Icon drawing=Drawing::Close/>
                    </button>
                </header>
                <div class="viewer-stage" class:large=is_large tabindex="0" autofocus role="group" aria-labelledby="viewer-title" aria-busy=move || is_coming().then_some("true")>
                    {shown}
                    <p class="list-note s muted" role="status" hidden=move || !is_coming()>
                        {move || is_coming().then(|| words.get("part_loading"))}
                    </p>
                    <div class="list-note s" role="alert">{refused}</div>
                </div>
                <footer>
                    <div class="pair" hidden=move || !has_steps()>
                        {step(previous, "btn", "viewer_previous")}
                        {step(next, "btn turned", "viewer_next")}
                    </div>
                    <p class="s muted" role="status">{where_one_is}</p>
                </footer>
            </div>
        </Dialog>
    })
}

/// The next page of a file of so many or, after its last, the next of so many files.
fn next(at: Place, pages: u32, files: usize) -> Option<Place> {
    if at.page < pages {
        return Some(Place { page: at.page + 1, ..at });
    }
    (at.file + 1 < files).then_some(Place { file: at.file + 1, page: 1 })
}

/// The page before or, before the first, the file before.
fn previous(at: Place) -> Option<Place> {
    if at.page > 1 {
        return Some(Place { page: at.page - 1, ..at });
    }
    at.file.checked_sub(1).map(|file| Place { file, page: 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_come_before_the_next_file() {
        let at = |file, page| Place { file, page };
        assert_eq!(next(at(0, 1), 2, 2), Some(at(0, 2)));
        assert_eq!(next(at(0, 2), 2, 2), Some(at(1, 1)));
        assert_eq!(next(at(1, 1), 1, 2), None);
        assert_eq!(previous(at(1, 2)), Some(at(1, 1)));
        assert_eq!(previous(at(1, 1)), Some(at(0, 1)));
        assert_eq!(previous(at(0, 1)), None);
    }
}
