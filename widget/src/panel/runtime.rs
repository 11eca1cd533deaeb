//! The one place that holds the state: it lends the state to whoever changes it, does what the change wants done, and
//! draws.

use super::{
    answers, dom, draw, fields, files, js, json, own,
    socket::{Handlers, Socket},
    state::{Effect, Environment, Focus, State},
    store,
};
use crate::markup::Id;
use gloo_timers::callback::Timeout;
use protocol::Field;
use std::{cell::RefCell, time::Duration};
use web_sys::HtmlElement;

thread_local! {
    static RUNTIME: RefCell<Option<Runtime>> = const { RefCell::new(None) };
}

struct Runtime {
    state: State,
    socket: Option<Socket>,
    handlers: Handlers,
    drawn: draw::Drawn,
}

/// What a change needs to know of the browser, as it is now.
pub fn environment(is_connected: bool) -> Environment {
    Environment {
        now: js::now(),
        chance: js::chance(),
        is_visible: dom::is_visible(),
        is_connected,
        focused: dom::focused().and_then(|element| dom::id_of(&element)),
    }
}

/// Takes the state over and draws it. The handlers are given to every socket.
pub fn start(state: State, handlers: Handlers) {
    let drawn = draw::Drawn::default();
    RUNTIME.set(Some(Runtime { state, socket: None, handlers, drawn }));
    change(|_, _| {});
}

/// Reads the state; nothing while it is being changed.
pub fn read<T>(run: impl FnOnce(&State) -> T) -> Option<T> {
    RUNTIME.with(|runtime| runtime.try_borrow().ok()?.as_ref().map(|runtime| run(&runtime.state)))
}

/// Changes the state, does what the change wants done, and draws.
pub fn change(run: impl FnOnce(&mut State, &Environment)) {
    let mut run = Some(run);
    change_by(&mut |state, env| {
        if let Some(run) = run.take() {
            run(state, env);
        }
    });
}

/// One body for all callers: a copy for each would be a tenth of the wasm.
fn change_by(run: &mut dyn FnMut(&mut State, &Environment)) {
    let focused = dom::focused();
    let focus = RUNTIME.with(|runtime| {
        // Nothing that runs in here calls back into this. If a browser does so nevertheless, the next tick catches up.
        let mut runtime = runtime.try_borrow_mut().ok()?;
        let runtime = runtime.as_mut()?;
        let env = environment(runtime.socket.as_ref().is_some_and(Socket::is_open));
        run(&mut runtime.state, &env);
        let focus = runtime.perform_all(&env);
        draw::draw(&runtime.state, env.now, &mut runtime.drawn);
        focus
    });
    // A change that hides or removes what has the focus would drop it to the body, and so does a dialog that gives it
    // back to an element that is gone meanwhile.
    let is_lost = || {
        focused.is_some_and(|element| !dom::can_have_focus(&element) || dom::focused().is_none())
    };
    if let Some(focus) = focus.or_else(|| is_lost().then_some(Focus::FirstField)) {
        move_focus(focus);
    }
}

impl Runtime {
    /// Gives back where the focus goes.
    fn perform_all(&mut self, env: &Environment) -> Option<Focus> {
        let mut focus = None;
        for effect in self.state.take_effects() {
            match effect {
                Effect::Focus(on) => focus = Some(on),
                other => self.perform(other, env),
            }
        }
        focus
    }

    fn perform(&mut self, effect: Effect, env: &Environment) {
        let state = &mut self.state;
        let site = &state.page.site.0;
        match effect {
            Effect::Connect => {
                self.socket = None;
                self.socket = Socket::open(&state.page.address("/socket"), &self.handlers);
                if self.socket.is_none() {
                    state.connect_failed(env);
                }
            }
            Effect::Disconnect => self.socket = None,
            Effect::Send(command) => {
                if let (Some(socket), Some(frame)) = (&self.socket, json::write(&command)) {
                    socket.send(&frame);
                }
            }
            Effect::TickAfter(pause) => tick_after(pause),
            Effect::KeepTicket => {
                store::keep_ticket(site, state.kept.as_ref());
                let found = store::ticket(site);
                state.ticket_kept(found.as_ref());
            }
            Effect::KeepReading => store::keep_reading(site, state.reading().as_ref()),
            Effect::KeepIdentity => store::keep_identity(site, state.identified()),
            Effect::AskForOwn(asked) => {
                own::ask(state, asked.after, move |page| {
                    change(|state, _| state.own_came(&asked, page));
                });
            }
            Effect::OpenOwn(asked, number) => {
                own::open(state, &number, move |kept| {
                    change(|state, env| state.own_opened(&asked, kept, env));
                });
            }
            Effect::KeepDraft(field) => store::keep_draft(site, field, state.draft.get(field)),
            Effect::KeepSound => store::keep_muted(!state.sound),
            Effect::KeepUnsent(unsent) => store::keep_unsent(site, state.number(), &unsent),
            Effect::ForgetUnsent(id) => store::forget_unsent(site, id),
            Effect::ForgetPerson => store::forget_person(site, state.person()),
            Effect::ForgetTab => store::forget_tab(site, state.person()),
            Effect::Upload(id) => files::upload(
                state,
                id,
                move |percent| change(|state, _| state.upload_progressed(id, percent)),
                move |text| {
                    let answer = answers::to_upload(&text);
                    change(|state, env| state.upload_answered(id, answer, js::new_id(), env));
                },
            ),
            Effect::PutDraft => {
                if fields::put(&state.draft) {
                    state.draft.queue.clear();
                    store::keep_draft(site, Field::Queue, "");
                }
            }
            Effect::ClearChosenFiles => files::clear_chosen(),
            Effect::ClearRating => fields::clear_rating(),
            Effect::RenewForm => renew_form(),
            Effect::ScrollToEnd => draw::scroll_to_end(),
            Effect::PlaySound => js::play_sound(),
            Effect::PostToHost(notice, value) => js::post_to_host(notice.as_str(), &value),
            Effect::Focus(_) => {}
        }
    }
}

fn tick_after(pause: Duration) {
    let ms = u32::try_from(pause.as_millis()).unwrap_or(u32::MAX).saturating_add(5);
    Timeout::new(ms, || change(State::tick)).forget();
}

fn renew_form() {
    for id in dom::find_all(Id::Intake, "[name=id]") {
        dom::attribute(&id, "value", Some(&js::new_id().to_string()));
    }
}

fn move_focus(focus: Focus) {
    match focus {
        Focus::FirstField => js::focus_first_field(),
        Focus::FirstRefused => focus_first(&dom::find_all(Id::Intake, "[aria-invalid]")),
        Focus::FirstScore => focus_first(&dom::find_all(Id::Rating, "input")),
        Focus::FirstMenuItem => focus_first(&dom::menu_items()),
        Focus::Element(id) => dom::focus(id),
    }
}

fn focus_first(elements: &[HtmlElement]) {
    if let Some(element) = elements.first() {
        let _ = element.focus();
        // Its words, too, which stand below it.
        if let Ok(Some(field)) = element.closest(".field") {
            field.scroll_into_view_with_bool(false);
        }
    }
}
