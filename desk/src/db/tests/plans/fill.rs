//! A large installation: 20 sites, 1000 agents, and 300 000 rows in every table that grows. Nearly all of it is
//! over: 400 chats are under way, 400 mails and jobs are due, 400 uploads are on no message, and one ticket in
//! fifty is an open help request, another waits on the customer, the rest is closed.

/// Rows of each table that grows.
pub(super) const ROWS: i64 = 300_000;

/// How an engine writes what the other writes otherwise.
pub(super) struct Dialect {
    /// A table `n` of the numbers `i` from one to the number in place of `{n}`.
    pub(super) series: &'static str,
    /// The id with the number in place of `{n}`.
    pub(super) id: &'static str,
    /// The same as bytes.
    pub(super) bytes: &'static str,
    /// Words that are searched, of the text in place of `{n}`.
    pub(super) words: &'static str,
}

/// Table, rows, columns and their values: `i` is the row's number, `#(…)` an id, `@(…)` one as bytes, `~(…)` words.
const TABLES: [(&str, i64, &str); 26] = [
    (
        "sites",
        20,
        "id = #(i), key = 's' || i, name = 's' || i, prefix = 'S', lang = 'es', allowed_origins = '[]', schedule = '{}',
         closed_now = false, ask_queue = false, masking = false, limits = '{}', closing_reasons = '[]', away_reasons = '[]',
         replies = '[]'",
    ),
    ("site_numbers", 20, "site_id = #(i), last_number = 1000"),
    ("site_secrets", 20, "site_id = #(i), secret = 's' || i"),
    ("queues", 60, "id = #(i), site_id = #(i % 20 + 1), name = 'q' || i, position = i"),
    (
        "states",
        100,
        "id = #(i), site_id = #(i % 20 + 1), name = 's' || i, category = 'open', position = i",
    ),
    (
        "priorities",
        80,
        "id = #(i), site_id = #(i % 20 + 1), name = 'p' || i, level = 'medium', position = i",
    ),
    ("ticket_types", 60, "id = #(i), site_id = #(i % 20 + 1), name = 't' || i, position = i"),
    ("tags", 200, "id = #(i), site_id = #(i % 20 + 1), name = 'e' || i, position = i"),
    (
        "agents",
        1000,
        "id = #(i), email = 'a' || i, email_key = 'a' || i, name = 'a' || i, role = 'agent', state = 'available',
         state_since = i, lang = 'es', every_site = false, sees_sensitive = false",
    ),
    ("agent_sites", 1000, "agent_id = #(i), site_id = #(i % 20 + 1)"),
    ("agent_queues", 500, "agent_id = #(i), queue_id = #(i % 60 + 1)"),
    (
        "tickets",
        ROWS,
        "id = #(i), site_id = #(i % 20 + 1), start_id = #(i), start_digest = @(i), number = 'N-' || i, queue_id = #(i % 60 + 1),
         state_id = #(i % 100 + 1), chat_id = #(i), priority_id = #(i % 80 + 1), type_id = #(i % 60 + 1), contact_email = 'v' || (i % 150000), contact_key = 'v' || (i % 150000),
         identity = case when i % 2 = 0 then 'u' || (i % 150000) end,
         contact_verified = false, mail_stopped = false, transcript_asked = false, lang = 'es', created_at = i, request_at = case when i % 49 = 0 then i end,
         waiting_at = case when i % 49 = 1 then i end, closed_at = case when i % 49 > 1 then i end, attended_by = #(i % 1000 + 1), last_at = i,
         idle_from = case when i % 49 = 1 then i end, warned_at = case when i % 49 = 1 and i > 299600 then i end, link_version = 0,
         last_seq = 3, visitor_seen = 3, agent_seen = 3, mailed_upto = 0, unread = 0, preview = 'hola'",
    ),
    (
        "contact_fields",
        100,
        "id = #(i), site_id = #(i % 20 + 1), name = 'f' || i, position = i",
    ),
    ("ticket_contact", ROWS, "ticket_id = #(i), field_id = #(i % 100 + 1), value = 'x'"),
    ("ticket_tags", ROWS, "ticket_id = #(i), tag_id = #(i % 200 + 1)"),
    (
        "chats",
        ROWS,
        "id = #(i), ticket_id = #(i), site_id = #(i % 20 + 1), queue_id = #(i % 60 + 1),
         state = case when i <= 299600 then 'ended' when i % 4 = 0 then 'waiting' when i % 4 = 1 then 'ringing' else 'active' end,
         agent_id = #(i % 1000 + 1), guest_id = case when i > 299600 and i % 8 = 2 then #(i % 999 + 1) end,
         idle_seq = case when i > 299600 and i % 8 = 3 then 2 end, idle_from = case when i > 299600 and i % 8 = 3 then i end,
         round = 0, first_in_line = 0, priority = 3, started_at = i, wait_until = i",
    ),
    (
        "offers",
        ROWS,
        "id = #(i), kind = case when i % 4 = 2 then 'transfer' else 'chat' end, handover_id = case when i % 4 = 2 then #(i) end, chat_id = #(i), site_id = #(i % 20 + 1), to_agent = #(i % 1000 + 1), round = 0, offered_at = i,
         rings_until = i, outcome = case when i <= 299600 then 'accepted' end",
    ),
    (
        "handovers",
        ROWS,
        "id = #(i), kind = 'transfer', chat_id = #(i), ticket_id = #(i), site_id = #(i % 20 + 1), from_agent = #(i % 1000 + 1),
         from_name = 'a', to_agent = #(i % 999 + 1), to_name = 'b', asked_at = i,
         outcome = case when i <= 299600 then 'accepted' when i % 4 <> 2 then 'declined' end, settled_at = i,
         reason = case when i <= 299500 then 'r' end",
    ),
    (
        "entries",
        ROWS,
        "position = i, ticket_id = #(i / 3 + 1), seq = i % 3 + 1, id = #(i), at = i, kind = 'visitor', body = '{}'",
    ),
    ("search_tickets", ROWS, "ordinal = i, ticket_id = #(i)"),
    ("search_words", ROWS, "rowid = i * cast(65536 as bigint), words = ~('hola n' || i)"),
    (
        "files",
        ROWS,
        "id = #(i), site_id = #(i % 20 + 1), ticket_id = #(i), entry_id = case when i <= 299600 then #(i) end, digest = @(i), stored_name = 'f' || i,
         name = 'f', media_type = 'image/png', bytes = 1000, inline = true, created_at = i",
    ),
    (
        "mails",
        ROWS,
        "id = #(i), site_id = #(i % 20 + 1), ticket_id = #(i), kind = 'k', details = '{}', to_address = 'x',
         to_key = case when i % 2 = 0 then 'a' || (i % 50) else 'v' || i end, lang = 'es', subject = 's', message_id = 'm' || i,
         capped = (i % 2 = 1), client = case when i % 2 = 1 then 'c' || (i % 5000) end, due_at = case when i > 299600 then i end, attempts = 0, uncertain_sends = 0, created_at = i",
    ),
    (
        "sessions",
        ROWS,
        "token_hash = @(i), agent_id = #(i % 1000 + 1), seen_at = i, expires_at = i",
    ),
    (
        "sign_ins",
        ROWS,
        "id = #(i), client = case when i % 10 > 0 then 'c' || (i % 100000) end, account = 'a' || (i % 100000), expires_at = i",
    ),
    (
        "jobs",
        ROWS,
        "id = #(i), kind = 'k', key = 'j' || i, details = '{}', due_at = case when i > 299600 then i end, attempts = 0",
    ),
];

/// The tables that grow.
pub(super) fn growing() -> impl Iterator<Item = &'static str> {
    TABLES.iter().filter(|(_, rows, _)| *rows == ROWS).map(|(table, ..)| *table)
}

pub(super) fn is_growing(table: &str) -> bool {
    growing().any(|growing| growing == table)
}

/// The statements that fill an empty database.
pub(super) fn statements(dialect: &Dialect) -> Vec<String> {
    let insert = |&(table, rows, columns): &(&str, i64, &str)| {
        let (names, values): (Vec<&str>, Vec<&str>) = assignments(columns).into_iter().unzip();
        let series = dialect.series.replace("{n}", &rows.to_string());
        let marks = [('#', dialect.id), ('@', dialect.bytes), ('~', dialect.words)];
        let values = marks
            .into_iter()
            .fold(values.join(", "), |values, (mark, written)| replaced(&values, mark, written));
        format!("insert into {table} ({}) select {values} from {series}", names.join(", "))
    };
    TABLES.iter().map(insert).collect()
}

/// `a = 1, b = f(1, 2)` as pairs: commas and signs inside of brackets are the value's.
fn assignments(columns: &str) -> Vec<(&str, &str)> {
    let mut depth = 0;
    let parts = columns.split(|sign| {
        match sign {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        sign == ',' && depth == 0
    });
    parts.map(|part| part.trim().split_once(" = ").expect("a column and its value")).collect()
}

/// Each `#(n)` of a text as the dialect writes it.
fn replaced(text: &str, mark: char, written: &str) -> String {
    let opening = format!("{mark}(");
    let mut parts = text.split(&opening);
    let mut all = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (n, rest) = part.split_once(')').expect("a bracket that is closed");
        all.push_str(&written.replace("{n}", n));
        all.push_str(rest);
    }
    all
}
