//! How `times.js` writes an instant in the reader's language and zone.

use super::named::named;

named! {
    /// The value of `data-as` on a `time`, and the argument of `formatTime`.
    enum TimeFormat {
        /// `24 de noviembre de 2026, 11:42`
        Full = "full",
        /// `Hoy, 11:42`
        Moment = "moment",
        /// `Volvemos hoy a las 14:00`
        Opens = "opens",
    }
}
