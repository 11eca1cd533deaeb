//! Ids of elements.

use super::named::named;
use protocol::Field;

named! {
    /// The id of an element, of the panel's document or of the ticket page's.
    enum Id {
        // The document.
        State = "state",
        Panel = "panel",
        Flip = "flip",
        Notice = "notice",
        Offline = "offline",

        // The header and its menu.
        Avatar = "avatar",
        Initials = "initials",
        Title = "title",
        Subtitle = "subtitle",
        Number = "number",
        Menu = "menu",
        MenuItems = "menu-items",
        MenuBackdrop = "menu-backdrop",
        Sound = "sound",

        // The form; the ticket page's reply has some of the same fields.
        Intake = "intake",
        Intro = "intro",
        Problem = "problem",
        Queue = "f-queue",
        QueueError = "e-queue",
        Name = "f-name",
        NameError = "e-name",
        Email = "f-email",
        EmailError = "e-email",
        Subject = "f-subject",
        SubjectError = "e-subject",
        Message = "f-message",
        MessageError = "e-message",
        MessageLength = "message-length",
        Files = "f-files",
        FilesError = "e-files",
        FilesHint = "files-hint",
        ChosenFiles = "chosen-files",
        Submit = "submit",

        // The person's tickets.
        Own = "own",
        OwnTitle = "own-title",
        OwnMore = "own-more",

        // The conversation.
        Conversation = "conversation",
        Received = "received",
        CardNumber = "card-number",
        CardMail = "card-mail",
        Contact = "contact",
        ContactEmail = "f-contact",
        ContactError = "e-contact",
        Log = "log",
        LogItems = "log-items",
        Receipt = "receipt",
        Typing = "typing",
        TypingName = "typing-name",
        Newest = "newest",
        NewestText = "newest-text",
        Waiting = "waiting",
        Composer = "composer",
        NoComposer = "no-composer",
        ComposerMessage = "c-message",
        ComposerFiles = "c-files",
        ComposerLength = "composer-length",
        Uploads = "uploads",
        Alert = "alert",
        Send = "send",
        DropZone = "drop-zone",

        // After a chat.
        EndDialog = "end-dialog",
        EndTitle = "end-title",
        Rating = "rating",
        RatingTitle = "rating-title",
        RatingDone = "rating-done",
        MailTranscript = "mail-transcript",
        RatingError = "e-rating",
        Comment = "f-comment",
        TranscriptDialog = "transcript-dialog",
        TranscriptTitle = "transcript-title",
        Transcript = "transcript",
        TranscriptEmail = "f-transcript",
        TranscriptError = "e-transcript",

        // Templates.
        EventTemplate = "event-template",
        MessageTemplate = "message-template",
        FileTemplate = "file-template",
        ChipTemplate = "chip-template",
        OwnTemplate = "own-template",
    }
}

impl Id {
    /// A field of the form, and the line that says why it was refused; none for fields that the form does not have.
    pub const fn of_field(field: Field) -> Option<(Self, Self)> {
        match field {
            Field::Queue => Some((Self::Queue, Self::QueueError)),
            Field::Name => Some((Self::Name, Self::NameError)),
            Field::Email => Some((Self::Email, Self::EmailError)),
            Field::Subject => Some((Self::Subject, Self::SubjectError)),
            Field::Message => Some((Self::Message, Self::MessageError)),
            Field::Files => Some((Self::Files, Self::FilesError)),
            _ => None,
        }
    }
}
