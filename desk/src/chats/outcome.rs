//! What became of an offer.

protocol::text_enum! {
    /// What became of an offer.
    pub(crate) enum Outcome {
        /// The agent took the chat.
        Accepted = "accepted",
        /// The agent did not want it.
        Declined = "declined",
        /// The agent let it ring for `ring_time`.
        Missed = "missed",
        /// The agent left, or may not have it any more.
        Withdrawn = "withdrawn",
        /// Another agent took the chat from the list.
        Taken = "taken",
        /// Who asked took it back.
        Cancelled = "cancelled",
        /// The chat ended.
        Ended = "ended",
        /// The chat became a help request.
        BecameRequest = "became_request",
    }
}
