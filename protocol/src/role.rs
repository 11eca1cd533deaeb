//! What a person at the desk may do.

crate::text_enum! {
    /// A role; each includes those before it.
    #[derive(PartialOrd, Ord)]
    pub enum Role {
        /// Answers.
        Agent = "agent",
        /// Answers, and looks after a whole site.
        Supervisor = "supervisor",
        /// Decides everything about their sites.
        Owner = "owner",
    }
}
