//! What a click is for.

use super::named::named;

named! {
    /// The value of `data-action`: what a click on the element does.
    enum Action {
        Attach = "attach",
        CancelTranscript = "cancel-transcript",
        Download = "download",
        Edit = "edit",
        EndChat = "end-chat",
        RemoveFile = "remove-file",
        Retry = "retry",
        ScrollToNewest = "scroll-to-newest",
        StartOver = "start-over",
        ToggleLog = "toggle-log",
        ToggleMenu = "toggle-menu",
        ToggleSound = "toggle-sound",
        Transcript = "transcript",
    }
}
