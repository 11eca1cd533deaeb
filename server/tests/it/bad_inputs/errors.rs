//! What a server on this test's thread logs as its own fault.

use std::{
    fmt::{self, Write},
    sync::{Arc, Mutex},
};
use tracing::{
    Event, Level, Subscriber,
    field::{Field, Visit},
    subscriber::{DefaultGuard, set_default},
};
use tracing_subscriber::{
    Layer,
    layer::{Context, SubscriberExt},
    registry,
};

/// Lines of level ERROR, as long as it lives. The test's runtime has one thread, so that other tests' lines are not
/// among them.
pub struct Errors {
    lines: Arc<Mutex<Vec<String>>>,
    _guard: DefaultGuard,
}

impl Errors {
    pub fn watch() -> Self {
        let lines = Arc::<Mutex<Vec<String>>>::default();
        let guard = set_default(registry().with(Lines(Arc::clone(&lines))));
        Self { lines, _guard: guard }
    }

    /// Those since the last time.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.lines.lock().unwrap())
    }
}

struct Lines(Arc<Mutex<Vec<String>>>);

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if *event.metadata().level() == Level::ERROR {
            let mut line = Line(event.metadata().target().to_owned());
            event.record(&mut line);
            self.0.lock().unwrap().push(line.0);
        }
    }
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = write!(self.0, " {field}={value:?}");
    }

    fn record_error(&mut self, field: &Field, mut error: &(dyn std::error::Error + 'static)) {
        let _ = write!(self.0, " {field}={error}");
        while let Some(cause) = error.source() {
            let _ = write!(self.0, ": {cause}");
            error = cause;
        }
    }
}
