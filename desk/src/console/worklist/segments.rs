//! The parts of the list that grow: open, answered and closed tickets, each in the order of its index.

use crate::{
    db::{Statement, pages::look, statement},
    people::{Agent, permission::sees},
};
use protocol::agent::{WorkKind, WorkView};
use uuid::Uuid;

/// The statements that read one part.
#[derive(Clone, Copy)]
pub(super) struct Segment {
    /// The rows that agent `$1` sees, of those that a look after `$3`, `$4` reads; at most `$5`.
    pub(super) page: Statement,
    /// The last place that a look after `$2`, `$3` reads, where it ends before the list does.
    pub(super) end: Statement,
    /// How many agent `$1` sees, and of how many.
    pub(super) count: Statement,
    of: Of,
}

/// What the part is of.
#[derive(Clone, Copy)]
enum Of {
    Site,
    Agent,
}

impl Segment {
    pub(super) fn of(view: WorkView, kind: WorkKind) -> Self {
        let (page, end, count, of) = match (view, kind) {
            (WorkView::Mine, WorkKind::Answered) => {
                (MY_ANSWERED, MY_ANSWERED_END, MY_ANSWERED_COUNT, Of::Agent)
            }
            (WorkView::Mine, _) => (MY_REQUESTS, MY_REQUESTS_END, MY_REQUESTS_COUNT, Of::Agent),
            (_, WorkKind::Answered) => (ANSWERED, ANSWERED_END, ANSWERED_COUNT, Of::Site),
            (_, WorkKind::Closed) => (CLOSED, CLOSED_END, CLOSED_COUNT, Of::Site),
            _ => (REQUESTS, REQUESTS_END, REQUESTS_COUNT, Of::Site),
        };
        Self { page, end, count, of }
    }

    /// What the second place of the statements takes, one after the other.
    pub(super) fn keys(self, agent: &Agent) -> Vec<Uuid> {
        match self.of {
            Of::Site => agent.sites.keys().map(|site| site.0).collect(),
            Of::Agent => vec![agent.id.0],
        }
    }
}

macro_rules! columns {
    () => {
        "select
           t.id, t.site_id, t.queue_id, t.number, t.contact_name, t.contact_email, t.contact_verified,
           t.subject, t.preview, t.preview_masked, t.preview_by, s.name as state_name, s.category,
           t.priority_id, t.type_id, t.last_at, t.unread, t.request_at,
           t.waiting_at, t.closed_at, t.attended_by, c.id as chat_id, c.state as chat_state, c.started_at "
    };
}
pub(super) use columns;

/// The statements of one part: tickets of `$key` that have `$at`, in its order.
macro_rules! segment {
    ($page:ident, $end:ident, $count:ident: $key:literal, $at:literal, $after:literal, $order:literal) => {
        statement!(
            $page = concat!(
                columns!(),
                "from (
               select id from tickets
               where ",
                $key,
                " = $2 and ",
                $at,
                " is not null and (",
                $at,
                ", id) ",
                $after,
                " ($3, $4)
               order by ",
                $at,
                $order,
                ", id",
                $order,
                "
               limit ",
                look!(),
                "
             ) l
             join tickets t on t.id = l.id
             join states s on s.id = t.state_id
             left join chats c on c.id = t.chat_id
             where ",
                sees!(),
                "order by t.",
                $at,
                $order,
                ", t.id",
                $order,
                "
             limit $5"
            )
        );
        statement!(
            $end = concat!(
                "select ",
                $at,
                ", id from tickets
             where ",
                $key,
                " = $1 and ",
                $at,
                " is not null and (",
                $at,
                ", id) ",
                $after,
                " ($2, $3)
             order by ",
                $at,
                $order,
                ", id",
                $order,
                "
             limit 1 offset ",
                look!(),
                " - 1"
            )
        );
        statement!(
            $count = concat!(
                "select coalesce(sum(case when ",
                sees!(),
                " then 1 else 0 end), 0), count(*)
             from (
               select id from tickets where ",
                $key,
                " = $2 and ",
                $at,
                " is not null limit ",
                look!(),
                "
             ) l
             join tickets t on t.id = l.id
             left join chats c on c.id = t.chat_id"
            )
        );
    };
}

// Index tickets_request.
segment!(REQUESTS, REQUESTS_END, REQUESTS_COUNT: "site_id", "request_at", ">", "");
// Index tickets_waiting.
segment!(ANSWERED, ANSWERED_END, ANSWERED_COUNT: "site_id", "waiting_at", "<", " desc");
// Index tickets_closed.
segment!(CLOSED, CLOSED_END, CLOSED_COUNT: "site_id", "closed_at", "<", " desc");
// Index tickets_request_attended.
segment!(MY_REQUESTS, MY_REQUESTS_END, MY_REQUESTS_COUNT: "attended_by", "request_at", ">", "");
// Index tickets_waiting_attended.
segment!(MY_ANSWERED, MY_ANSWERED_END, MY_ANSWERED_COUNT: "attended_by", "waiting_at", "<", " desc");
