//! What a click is for.

use super::named::named;

named! {
    /// The value of `data-action`: what a click on the element does.
    enum Action {
        Attach = "attach",
        CancelEnd = "cancel-end",
        CancelTranscript = "cancel-transcript",
        ConfirmEnd = "confirm-end",
        Download = "download",
        Edit = "edit",
        EndChat = "end-chat",
        LeaveRequest = "leave-request",
        MoreOwn = "more-own",
        OpenOwn = "open-own",
        RemoveFile = "remove-file",
        Retry = "retry",
        RetryFile = "retry-file",
        ScrollToNewest = "scroll-to-newest",
        ShowOwn = "show-own",
        StartOver = "start-over",
        ToggleMenu = "toggle-menu",
        ToggleSound = "toggle-sound",
        Transcript = "transcript",
    }
}
