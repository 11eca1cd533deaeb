//! Parts of the console that the browser loads when they are first needed: chunks, which the build takes out of the
//! wasm (`xtask/src/assets/chunks.rs`). The server has all of them at once.

use super::{
    dialog::{Dialog, Stands},
    erase::erase,
};
use crate::{
    browser::{focus, within::within},
    words::use_words,
};
use leptos::{html, prelude::*, task::spawn_local, wasm_split::SplitLoaderError};
use std::{
    any::Any,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    task::{Context, Poll, Waker},
    time::Duration,
};
use web_sys::HtmlElement;

/// What comes once a chunk is here.
pub type Coming<T> = Pin<Box<dyn Future<Output = Result<T, SplitLoaderError>>>>;

/// What was drawn; it is taken away when this is dropped.
pub type Drawn = Box<dyn Any>;

type Draw = dyn Fn(HtmlElement) -> Coming<Drawn> + Send + Sync;

/// Something that a chunk draws.
#[derive(Clone)]
pub struct Later {
    load: fn() -> Coming<()>,
    draw: Arc<Draw>,
    #[cfg(feature = "ssr")]
    on_server: Option<Arc<dyn Fn() -> AnyView + Send + Sync>>,
}

impl Later {
    /// `load` loads the chunk where it is not here; `draw`, a function of the chunk, draws into an element, at once
    /// where the chunk is here.
    pub fn new(
        load: fn() -> Coming<()>,
        draw: impl Fn(HtmlElement) -> Coming<Drawn> + Send + Sync + 'static,
    ) -> Self {
        Self {
            load,
            draw: Arc::new(draw),
            #[cfg(feature = "ssr")]
            on_server: None,
        }
    }

    /// With what the server draws.
    #[cfg(feature = "ssr")]
    #[must_use]
    pub fn on_server(mut self, view: impl Fn() -> AnyView + Send + Sync + 'static) -> Self {
        self.on_server = Some(Arc::new(view));
        self
    }

    fn is_here(&self) -> bool {
        matches!(at_once((self.load)()), Some(Ok(())))
    }

    /// Draws; none: the chunk is not here.
    fn draw_in(&self, place: HtmlElement) -> Option<Drawn> {
        // Whoever draws does not follow what is read by it.
        untrack(|| at_once((self.draw)(place))).and_then(Result::ok)
    }

    /// Where it is drawn.
    #[cfg(feature = "ssr")]
    fn place(&self, place: NodeRef<html::Div>) -> impl IntoView + use<> {
        let view = self.on_server.as_ref().map(|view| view());
        view! { <div class="late" node_ref=place>{view}</div> }
    }

    /// Where it is drawn.
    #[cfg(not(feature = "ssr"))]
    #[expect(clippy::unused_self, reason = "on the server it is used")]
    fn place(&self, place: NodeRef<html::Div>) -> impl IntoView + use<> {
        view! { <div class="late" node_ref=place></div> }
    }
}

/// What takes longer than this to load is not coming: it can be asked for again.
pub const PATIENCE: Duration = Duration::from_secs(15);

async fn is_loaded(coming: Coming<()>) -> bool {
    matches!(within(PATIENCE, coming).await, Some(Ok(())))
}

fn at_once<T>(mut coming: Coming<T>) -> Option<Result<T, SplitLoaderError>> {
    match coming.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(come) => Some(come),
        Poll::Pending => None,
    }
}

/// Draws into an element. For functions of chunks.
#[cfg(not(feature = "ssr"))]
pub fn draw_in<V: IntoView + 'static>(
    place: HtmlElement,
    view: impl FnOnce() -> V + 'static,
) -> Drawn {
    Box::new(leptos::mount::mount_to(place, view))
}

/// The server has no elements.
#[cfg(feature = "ssr")]
pub fn draw_in<V: IntoView + 'static>(
    _place: HtmlElement,
    _view: impl FnOnce() -> V + 'static,
) -> Drawn {
    Box::new(())
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

/// Draws it once it is here, for as long as the owner that this is called under.
fn draw(late: Later, place: NodeRef<html::Div>, arrival: RwSignal<Arrival>, then: fn()) {
    // The server has no elements, and drops what belongs to a page on any of its threads.
    if cfg!(feature = "ssr") {
        return;
    }
    let drawn = StoredValue::new_local(None::<Drawn>);
    // At once: as an effect's own value it would go a moment after its signals, and read them meanwhile, which ends the
    // whole console.
    on_cleanup(move || drop(drawn.try_update_value(Option::take)));
    let owner = Owner::current();
    Effect::new(move |_| {
        if arrival.get() != Arrival::Here || drawn.with_value(Option::is_some) {
            return;
        }
        let Some(place) = place.get() else { return };
        let view = || late.draw_in(place.into());
        // The effect's own owner goes when it runs again.
        drawn.set_value(match &owner {
            Some(owner) => owner.with(view),
            None => view(),
        });
        then();
    });
}

/// Loads it at once, and draws it once it is here; `then` is called when it was drawn, and when it did not come. Answers
/// how far it is, and what loads it again.
fn load_at_once(
    late: Later,
    place: NodeRef<html::Div>,
    then: fn(),
) -> (RwSignal<Arrival>, impl Fn() + Copy + Send + Sync + 'static) {
    let arrival = RwSignal::new(Arrival::Elsewhere);
    let load_it = late.load;
    let load = move || {
        arrival.set(Arrival::Coming);
        spawn_local(async move {
            let is_loaded = is_loaded(load_it()).await;
            arrival.try_set(if is_loaded { Arrival::Here } else { Arrival::Failed });
            then();
        });
    };
    Effect::new({
        let late = late.clone();
        move |_| {
            if late.is_here() {
                arrival.set(Arrival::Here);
            } else {
                load();
            }
        }
    });
    draw(late, place, arrival, then);
    (arrival, load)
}

/// That it is coming, or did not come and how it is loaded again.
fn how_far(
    arrival: RwSignal<Arrival>,
    load: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let words = use_words();
    let is_coming = move || arrival.get() == Arrival::Coming;
    let has_failed = move || arrival.get() == Arrival::Failed;
    erase(view! {
        <p class="list-note s muted" role="status" hidden=move || !is_coming()>
            {move || is_coming().then(|| words.get("part_loading"))}
        </p>
        <div class="list-note s" role="alert" hidden=move || !has_failed()>
            {move || has_failed().then(|| view! {
                <p><b>{words.get("part_missing")}</b></p>
                <p>{words.get("part_failed")}</p>
                <button type="button" class="btn" on:click=move |_| load()>{words.get("retry")}</button>
            })}
        </div>
    })
}

/// A part of a page, and until it is here that it is coming.
#[component]
pub fn LatePart(late: Later) -> impl IntoView {
    let place = NodeRef::<html::Div>::new();
    let at_place = late.place(place);
    let (arrival, load) = load_at_once(late, place, || {});
    erase(view! {
        {at_place}
        {how_far(arrival, load)}
    })
}

/// A column of a page, and until it is here its heading.
#[component]
pub fn LateColumn(
    late: Later,
    /// The key of the heading.
    name: &'static str,
    /// Whether it brings the page that it is the first column of.
    #[prop(optional)]
    is_page: bool,
) -> impl IntoView {
    let words = use_words();
    let place = NodeRef::<html::Div>::new();
    let at_place = late.place(place);
    // What had the keyboard is gone, or was never there.
    let (arrival, load) = load_at_once(late, place, focus::rescue);
    let shows = Memo::new(move |_| matches!(arrival.get(), Arrival::Coming | Arrival::Failed));
    let is_busy = move || (arrival.get() == Arrival::Coming).then_some("true");
    let column = move || {
        view! {
            <div class=if is_page { "inbox" } else { "late" }>
                <section class="list" aria-labelledby="late-title" aria-busy=is_busy>
                    <header class="list-top"><h1 id="late-title">{words.get(name)}</h1></header>
                    <div class="rows">{how_far(arrival, load)}</div>
                </section>
            </div>
        }
    };
    erase(view! {
        {at_place}
        {move || shows.get().then(column)}
    })
}

/// How many stood in for others, which tells their headings apart.
static DIALOGS: AtomicU32 = AtomicU32::new(0);

/// A dialog that is drawn when it is first opened. Until it is here another stands in its place, which can be closed.
#[component]
pub fn LateDialog(
    late: Later,
    /// Whether it should be open.
    #[prop(into)]
    open: Signal<bool>,
    /// Aside: nothing stands in for it, for nobody asked for it.
    #[prop(optional)]
    stands: Stands,
    /// The agent does not wait for it.
    on_dismiss: Callback<()>,
) -> impl IntoView {
    let words = use_words();
    let place = NodeRef::<html::Div>::new();
    let at_place = late.place(place);
    let arrival = RwSignal::new(Arrival::Elsewhere);
    let load_it = late.load;
    let stands_in = RwSignal::new(false);
    let load = move || {
        arrival.set(Arrival::Coming);
        stands_in.set(stands == Stands::Over);
        spawn_local(async move {
            if !is_loaded(load_it()).await {
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
    Effect::new({
        let late = late.clone();
        move |_| {
            if !open.get() {
                return;
            }
            match arrival.get_untracked() {
                Arrival::Elsewhere if late.is_here() => arrival.set(Arrival::Here),
                Arrival::Elsewhere | Arrival::Failed => load(),
                Arrival::Coming => stands_in.set(stands == Stands::Over),
                Arrival::Loaded | Arrival::Here => {}
            }
        }
    });
    draw(late, place, arrival, || {});
    Effect::new(move |before: Option<bool>| {
        let stands = stands_in.get();
        let waits = matches!(arrival.get_untracked(), Arrival::Coming | Arrival::Failed);
        if before == Some(true) && !stands && waits {
            on_dismiss.run(());
        }
        stands
    });
    let is_awaited =
        Memo::new(move |_| !matches!(arrival.get(), Arrival::Elsewhere | Arrival::Here));
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
                    {move || words.get(if arrival.get() == Arrival::Failed { "part_missing" } else { "part_loading" })}
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
    erase(view! {
        {at_place}
        {move || is_awaited.get().then(instead)}
    })
}
