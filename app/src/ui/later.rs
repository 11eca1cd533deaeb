//! Parts of the console that the browser loads when they are first needed: chunks, which the build takes out of the
//! wasm (`xtask/src/assets/chunks.rs`). The server has all of them at once.

use super::{dialog::Dialog, erase::erase};
use crate::{browser::focus, words::use_words};
use leptos::{either::Either, prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use std::{
    pin::Pin,
    sync::atomic::{AtomicU32, Ordering},
    task::{Context, Poll, Waker},
};

/// What comes once a chunk is here.
pub type Coming<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// A function in a chunk that draws a `Part`.
pub struct Chunk<Part: 'static> {
    /// Loads the chunk, where it is not here.
    pub load: fn() -> Coming<()>,
    /// Draws, at once where the chunk is here.
    pub draw: fn(Part) -> Coming<AnyView>,
}

impl<Part> Clone for Chunk<Part> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Part> Copy for Chunk<Part> {}

impl<Part> Chunk<Part> {
    /// Whether it is here.
    fn is_here(self) -> bool {
        matches!(at_once((self.load)()), Some(Ok(())))
    }

    /// Draws a part, for whoever calls; none: the chunk is not here.
    fn view(self, part: Part) -> Option<AnyView> {
        at_once((self.draw)(part)).and_then(Result::ok)
    }
}

fn at_once<T>(mut coming: Coming<T>) -> Option<Result<T, SplitLoaderError>> {
    match coming.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(come) => Some(come),
        Poll::Pending => None,
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Arrival {
    /// Nobody needed it so far.
    Elsewhere,
    Coming,
    Failed,
    /// It is loaded, and about to be drawn.
    Loaded,
    Here,
}

/// A column of a page, and until it is here its heading.
#[component]
pub fn LateColumn<Part: Clone + Send + Sync + 'static>(
    chunk: Chunk<Part>,
    part: Part,
    /// The key of the heading.
    name: &'static str,
    /// Whether it brings the page that it is the first column of.
    #[prop(optional)]
    is_page: bool,
) -> impl IntoView {
    let words = use_words();
    // On the server it is.
    let first = if chunk.is_here() { Arrival::Here } else { Arrival::Elsewhere };
    let arrival = RwSignal::new(first);
    let load = move || {
        arrival.set(Arrival::Coming);
        spawn_local(async move {
            let is_loaded = (chunk.load)().await.is_ok();
            arrival.try_set(if is_loaded { Arrival::Here } else { Arrival::Failed });
        });
    };
    Effect::new(move |before: Option<()>| {
        if arrival.get() == Arrival::Elsewhere {
            load();
        } else if before.is_some() {
            // What had the keyboard is gone, or was never there.
            focus::rescue();
        }
    });
    let is_here = Memo::new(move |_| arrival.get() == Arrival::Here);
    let has_failed = move || arrival.get() == Arrival::Failed;
    erase(move || {
        if is_here.get() {
            return Either::Left(chunk.view(part.clone()));
        }
        let column = view! {
            <section class="list" aria-labelledby="late-title" aria-busy=move || (!has_failed()).then_some("true")>
                <header class="list-top"><h1 id="late-title">{words.get(name)}</h1></header>
                <div class="rows">
                    <p class="list-note s muted" role="status">{move || (!has_failed()).then(|| words.get("part_loading"))}</p>
                    <div class="list-note s" role="alert">
                        {move || has_failed().then(|| view! {
                            <p><b>{words.get("part_missing")}</b></p>
                            <p>{words.get("part_failed")}</p>
                            <button type="button" class="btn" on:click=move |_| load()>{words.get("retry")}</button>
                        })}
                    </div>
                </div>
            </section>
        };
        Either::Right(if is_page {
            Either::Left(view! { <div class="inbox">{column}</div> })
        } else {
            Either::Right(column)
        })
    })
}

/// How many stood in for others, which tells their headings apart.
static DIALOGS: AtomicU32 = AtomicU32::new(0);

/// A dialog that is drawn when it is first opened. Until it is here another stands in its place, which can be closed.
#[component]
pub fn LateDialog<Part: Copy + Send + Sync + 'static>(
    chunk: Chunk<Part>,
    part: Part,
    /// Whether it should be open.
    #[prop(into)]
    open: Signal<bool>,
    /// The agent does not wait for it.
    on_dismiss: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let arrival = RwSignal::new(Arrival::Elsewhere);
    let stands_in = RwSignal::new(false);
    let load = move || {
        arrival.set(Arrival::Coming);
        stands_in.set(true);
        spawn_local(async move {
            if (chunk.load)().await.is_err() {
                arrival.try_set(Arrival::Failed);
                return;
            }
            arrival.try_set(Arrival::Loaded);
            // The keyboard goes back to where it was, and the dialog itself will give it back there.
            stands_in.try_set(false);
            request_animation_frame(move || {
                arrival.try_set(Arrival::Here);
            });
        });
    };
    Effect::new(move |_| {
        if !open.get() {
            return;
        }
        match arrival.get_untracked() {
            Arrival::Elsewhere if chunk.is_here() => arrival.set(Arrival::Here),
            Arrival::Elsewhere | Arrival::Failed => load(),
            Arrival::Coming => stands_in.set(true),
            Arrival::Loaded | Arrival::Here => {}
        }
    });
    Effect::new(move |before: Option<bool>| {
        let stands = stands_in.get();
        let waits = matches!(arrival.get_untracked(), Arrival::Coming | Arrival::Failed);
        if before == Some(true) && !stands && waits {
            on_dismiss.run(());
        }
        stands
    });
    let stage = Memo::new(move |_| match arrival.get() {
        Arrival::Elsewhere => None,
        Arrival::Here => Some(true),
        Arrival::Coming | Arrival::Failed | Arrival::Loaded => Some(false),
    });
    let has_failed = Memo::new(move |before| match arrival.get() {
        Arrival::Failed => true,
        // The button stays under the keyboard.
        Arrival::Coming => before == Some(&true),
        _ => false,
    });
    let is_coming = move || arrival.get() == Arrival::Coming;
    let instead = move || {
        let again = move |_| {
            if arrival.get_untracked() == Arrival::Failed {
                load();
            }
        };
        let id = format!("late-{}", DIALOGS.fetch_add(1, Ordering::Relaxed));
        let heading = id.clone();
        view! {
            <Dialog labelled_by=id open=stands_in>
                <h2 id=heading>
                    {move || words.get(if is_coming() { "part_loading" } else { "part_missing" })}
                </h2>
                <p class="s muted after-title" role="alert">
                    {move || (arrival.get() == Arrival::Failed).then(|| words.get("part_failed"))}
                </p>
                <div class="pair">
                    <button type="button" class="btn" on:click=move |_| stands_in.set(false)>{words.get("cancel")}</button>
                    <Show when=move || has_failed.get()>
                        <button
                            type="button"
                            class="btn primary"
                            aria-disabled=move || is_coming().then_some("true")
                            on:click=again
                        >
                            {words.get("retry")}
                        </button>
                    </Show>
                </div>
            </Dialog>
        }
    };
    erase(move || {
        stage.get().map(|is_here| {
            if is_here { Either::Left(chunk.view(part)) } else { Either::Right(instead()) }
        })
    })
}
