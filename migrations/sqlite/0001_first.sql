-- The first schema. Ids are UUIDv7, instants milliseconds since 1970, enums text, JSON text.

-- Goes up with every change to sites, queues, states and agents, so that another process reads them again.
create table revision (
  id integer not null primary key check (id = 1),
  n integer not null
) strict;
insert into revision (id, n) values (1, 0);

-- The key that signs ticket links, where no setting gives it: on PostgreSQL alone, so that every node has it.
create table secret_key (
  id integer not null primary key check (id = 1),
  key blob not null
) strict;

-- Where people reach the server that served this last: commands without the setting make links of it.
create table public_url (
  id integer not null primary key check (id = 1),
  url text not null
) strict;

-- removed_at: since when nothing is written there any more; the row goes once its last chat has ended. Null: in use.
create table sites (
  id blob not null primary key,
  key text not null unique,
  name text not null,
  prefix text not null,
  lang text not null,
  hue integer,
  allowed_origins text not null,
  schedule text not null,
  closed_now integer not null,
  ask_queue integer not null,
  masking integer not null,
  limits text not null,
  closing_reasons text not null,
  away_reasons text not null,
  replies text not null,
  removed_at integer
) strict;

-- Beside the site and not in it: every new ticket writes here.
create table site_numbers (
  site_id blob not null primary key references sites (id) on delete cascade,
  last_number integer not null
) strict;

-- What a site's owner signs identities with. Not in the site's row, which is read again and again.
create table site_secrets (
  site_id blob not null primary key references sites (id) on delete cascade,
  secret text not null
) strict;

-- removed_at: since when nothing goes there any more; the row stays, for tickets lie there and agents are bound to it. Null: in use.
create table queues (
  id blob not null primary key,
  site_id blob not null references sites (id) on delete cascade,
  name text not null,
  position integer not null,
  removed_at integer,
  unique (site_id, name)
) strict;

-- The owner's lists. What stands in one is never deleted, so that old tickets keep it. retired_at: since when nobody chooses it any more.
-- Null: in use.
create table states (
  id blob not null primary key,
  site_id blob not null references sites (id) on delete cascade,
  name text not null,
  category text not null,
  position integer not null,
  retired_at integer,
  unique (site_id, name)
) strict;

create table priorities (
  id blob not null primary key,
  site_id blob not null references sites (id) on delete cascade,
  name text not null,
  level text not null,
  position integer not null,
  retired_at integer,
  unique (site_id, name)
) strict;

-- queue_id: where tickets of the type belong; null: where they are.
create table ticket_types (
  id blob not null primary key,
  site_id blob not null references sites (id) on delete cascade,
  name text not null,
  queue_id blob,
  position integer not null,
  retired_at integer,
  unique (site_id, name)
) strict;

create table tags (
  id blob not null primary key,
  site_id blob not null references sites (id) on delete cascade,
  name text not null,
  position integer not null,
  retired_at integer,
  unique (site_id, name)
) strict;

-- What the owner wants to know of contacts.
create table contact_fields (
  id blob not null primary key,
  site_id blob not null references sites (id) on delete cascade,
  name text not null,
  position integer not null,
  retired_at integer,
  unique (site_id, name)
) strict;

-- capacity: chats at a time; null: each site's own limit. disabled_at: since when they are let in nowhere; null: they are let in.
-- removed_at: since when they are gone for good: of their row the name alone is left, which reports and chats under way show. away_reason: why Ausente. missed_offer: what
-- made them RONA, while they are.
create table agents (
  id blob not null primary key,
  email text not null,
  email_key text not null unique,
  name text not null,
  role text not null,
  password_hash text,
  state text not null,
  state_since integer not null,
  lang text not null,
  every_site integer not null,
  capacity integer,
  picture text,
  sees_sensitive integer not null,
  disabled_at integer,
  removed_at integer,
  away_reason text,
  missed_offer blob
) strict;

create table agent_sites (
  agent_id blob not null references agents (id) on delete cascade,
  site_id blob not null references sites (id) on delete cascade,
  primary key (agent_id, site_id)
) strict;
create index agent_sites_site on agent_sites (site_id);

-- None for an agent: every queue of the agent's sites.
create table agent_queues (
  agent_id blob not null references agents (id) on delete cascade,
  queue_id blob not null references queues (id) on delete cascade,
  primary key (agent_id, queue_id)
) strict;
create index agent_queues_queue on agent_queues (queue_id);

-- Texts that an agent inserts by name, their own; a site's are in its row.
create table agent_replies (
  id blob not null primary key,
  agent_id blob not null references agents (id) on delete cascade,
  name text not null,
  text text not null,
  unique (agent_id, name)
) strict;

create table sessions (
  token_hash blob not null primary key,
  agent_id blob not null references agents (id) on delete cascade,
  seen_at integer not null,
  expires_at integer not null
) strict;
create index sessions_agent on sessions (agent_id);
create index sessions_expiry on sessions (expires_at);

-- asked: by whoever said that the agent forgot the password; else an operator made it.
create table one_time_links (
  token_hash blob not null primary key,
  agent_id blob not null references agents (id) on delete cascade,
  asked integer not null check (asked in (0, 1)),
  expires_at integer not null
) strict;
create index one_time_links_agent on one_time_links (agent_id);

-- Visitors who are signed in to their own tickets at a site, and the links that are mailed for it. email: what they have proved, or what the link was
-- mailed to. identity: the site's own name for the person; null: the site has signed nothing.
create table visitor_links (
  token_hash blob not null primary key,
  site_id blob not null references sites (id) on delete cascade,
  email text not null,
  expires_at integer not null
) strict;
create index visitor_links_site on visitor_links (site_id);
create index visitor_links_expiry on visitor_links (expires_at);

create table visitor_sessions (
  token_hash blob not null primary key,
  site_id blob not null references sites (id) on delete cascade,
  email text not null,
  identity text,
  expires_at integer not null
) strict;
create index visitor_sessions_site on visitor_sessions (site_id);
create index visitor_sessions_expiry on visitor_sessions (expires_at);

-- Attempts to sign in that failed or are under way, until they count no more: on PostgreSQL alone, where nodes count together. client and
-- account are hashes. client null: this machine; account null: a one-time link.
create table sign_ins (
  id blob not null primary key,
  client text,
  account text,
  expires_at integer not null
) strict;
create index sign_ins_client on sign_ins (client, expires_at) where client is not null;
create index sign_ins_account on sign_ins (account, expires_at) where account is not null;
create index sign_ins_expiry on sign_ins (expires_at);

-- start_id is the first message's id: what makes a form sent twice one ticket, while start_digest, over what was typed, says that it is the
-- same form.
-- request_at is set exactly while the ticket is an open help request without a chat under way; waiting_at while it waits on the
-- customer, closed_at while it is closed: since when. attended_by: the agent who last had its chat, answered it or opened it again.
-- unread counts the visitor's messages that the agents' side has not seen.
-- preview is the beginning of the last message, preview_masked that of its masked text; null: nothing of it is masked. preview_by: the agent
-- who wrote it; null: the visitor.
-- contact_email is the first address that the visitor gave, or the one that whoever read the mail of it gave in its place; contact_key
-- is the same as addresses are compared. claimed_email: the address that takes its place once its owner has confirmed it. identity: the signed id of whoever opened the ticket. client: a hash of the network that
-- opened it; null: this machine. mail_stopped: the address's owner wants no mail about the ticket. transcript_asked: the transcript is mailed as soon
-- as the address is confirmed. link_version: how often its
-- link was renewed. idle_from: since when it waits
-- on the customer, as deadlines count; warned_at: when the customer was told that it is about to be closed. requirement: what the customer needs, as agents put it; observations: for agents alone.
-- state_id, priority_id and type_id are of the same site, and go with it, when its tickets have been deleted: a constraint would read every
-- ticket then.
create table tickets (
  id blob not null primary key,
  site_id blob not null references sites (id) on delete cascade,
  start_id blob not null,
  start_digest blob not null,
  number text not null,
  queue_id blob references queues (id) on delete set null,
  state_id blob not null,
  chat_id blob,
  priority_id blob not null,
  type_id blob,
  contact_name text,
  contact_email text,
  contact_key text,
  contact_phone text,
  claimed_email text,
  contact_verified integer not null,
  identity text,
  client text,
  mail_stopped integer not null,
  transcript_asked integer not null,
  subject text,
  requirement text,
  observations text,
  page text,
  lang text not null,
  zone text,
  created_at integer not null,
  request_at integer,
  waiting_at integer,
  closed_at integer,
  attended_by blob,
  last_at integer not null,
  last_seq integer not null,
  visitor_seen integer not null,
  agent_seen integer not null,
  mailed_upto integer not null,
  unread integer not null,
  preview text not null,
  preview_masked text,
  preview_by blob,
  link_version integer not null default 0,
  idle_from integer,
  warned_at integer,
  unique (site_id, start_id)
) strict;
create index tickets_number on tickets (number);
create index tickets_contact on tickets (site_id, contact_key, id) where contact_key is not null;
create index tickets_identity on tickets (site_id, identity, id) where identity is not null;
create index tickets_queue on tickets (queue_id);
create index tickets_request on tickets (site_id, request_at, id) where request_at is not null;
create index tickets_waiting on tickets (site_id, waiting_at, id) where waiting_at is not null;
create index tickets_idle on tickets (site_id, idle_from) where idle_from is not null;
create index tickets_warned on tickets (site_id, warned_at) where warned_at is not null;
create index tickets_closed on tickets (site_id, closed_at, id) where closed_at is not null;
create index tickets_request_attended on tickets (attended_by, request_at, id) where request_at is not null;
create index tickets_waiting_attended on tickets (attended_by, waiting_at, id) where waiting_at is not null;

-- What the owner's fields hold of the contact, as agents noted it. field_id is of the ticket's site, and has no constraint, as in tickets.
create table ticket_contact (
  ticket_id blob not null references tickets (id) on delete cascade,
  field_id blob not null,
  value text not null,
  primary key (ticket_id, field_id)
) strict;

-- tag_id is of the ticket's site, and has no constraint, as in tickets.
create table ticket_tags (
  ticket_id blob not null references tickets (id) on delete cascade,
  tag_id blob not null,
  primary key (ticket_id, tag_id)
) strict;

-- agent_id is the owner: of an active chat the agent who has it, of an ended one the agent who had it. Nothing else writes it.
-- guest_id: the agent who is in an active chat beside its owner.
-- first_in_line is 1 for a chat that lost its agent: it is first in the queue again. priority is the level of its ticket's as a number, 1 the
-- most urgent: the index has the order of the line.
-- round goes up when a waiting chat starts over with agents who were tried before. Who ended it, with which reason, and what the visitor
-- wrote beside the score stand in the entries.
-- idle_seq: the first message of an agent after the visitor's last word, as far as the follower has come; idle_from: when it was. Both null:
-- the visitor had the last word, or nobody has written yet. warned_at: when its people were told that it is about to end.
create table chats (
  id blob not null primary key,
  ticket_id blob not null references tickets (id) on delete cascade,
  site_id blob not null,
  queue_id blob references queues (id) on delete set null,
  state text not null,
  agent_id blob references agents (id) on delete set null,
  guest_id blob references agents (id) on delete set null,
  round integer not null,
  first_in_line integer not null,
  priority integer not null,
  page text,
  started_at integer not null,
  wait_until integer not null,
  accepted_at integer,
  ended_at integer,
  score integer,
  idle_seq integer,
  idle_from integer,
  warned_at integer
) strict;
create index chats_ticket on chats (ticket_id);
create index chats_queue on chats (queue_id);
create index chats_waiting on chats (site_id, first_in_line desc, priority, started_at, id) where state in ('waiting', 'ringing');
create index chats_wait_until on chats (wait_until) where state in ('waiting', 'ringing');
create index chats_agent on chats (agent_id) where state = 'active';
create index chats_active on chats (queue_id) where state = 'active';
create index chats_guest on chats (guest_id) where guest_id is not null;
create index chats_idle on chats (site_id, idle_from) where idle_from is not null;

-- What an agent asks of others for their chat: that one takes it over, or joins it. outcome is null while it is asked for. to_queue or
-- to_agent: who is asked; to_name as it was called then. note: for agents alone. accepted_by: who did. reason: why it was handed over, once
-- it was; null: nobody has said it yet. told_at: when a console of from_agent was told of the outcome.
create table handovers (
  id blob not null primary key,
  kind text not null,
  chat_id blob not null references chats (id) on delete cascade,
  ticket_id blob not null,
  site_id blob not null,
  from_agent blob not null,
  from_name text not null,
  to_queue blob,
  to_agent blob,
  to_name text not null,
  note text,
  asked_at integer not null,
  outcome text,
  settled_at integer,
  accepted_by blob,
  reason text,
  told_at integer
) strict;
create index handovers_chat on handovers (chat_id);
create unique index handovers_open on handovers (chat_id) where outcome is null;
create index handovers_site on handovers (site_id) where outcome is null;
create index handovers_from on handovers (from_agent, ticket_id);
create index handovers_untold on handovers (from_agent, settled_at) where outcome is not null and told_at is null;
create index handovers_reason on handovers (site_id, settled_at) where kind = 'transfer' and outcome = 'accepted' and reason is null;

-- Whom a chat was offered to. outcome is null while it rings; then it is never changed again. from_agent is null for an offer of the
-- queue; else it is of a handover, which handover_id names. to_agent is null once that account is gone. round is the chat's.
create table offers (
  id blob not null primary key,
  kind text not null,
  handover_id blob,
  chat_id blob not null references chats (id) on delete cascade,
  site_id blob not null,
  from_agent blob references agents (id) on delete set null,
  to_agent blob references agents (id) on delete set null,
  round integer not null,
  offered_at integer not null,
  rings_until integer not null,
  outcome text,
  settled_at integer
) strict;
create unique index offers_open on offers (chat_id, kind) where outcome is null;
create index offers_to on offers (to_agent) where outcome is null;
create index offers_due on offers (rings_until) where outcome is null;
create index offers_round on offers (chat_id, round);
create index offers_handover on offers (handover_id) where handover_id is not null;

-- What happened. Never changed. Rows stay in the order they came, which is what position says: that of commits, for there is
-- one writer. The last key begins with the id because ids are ordered by time: a batch writes few pages, however many tickets
-- it is about.
create table entries (
  position integer primary key,
  ticket_id blob not null references tickets (id) on delete cascade,
  seq integer not null,
  id blob not null,
  at integer not null,
  kind text not null,
  agent_id blob,
  body text not null,
  unique (ticket_id, seq),
  unique (id, ticket_id)
) strict;

-- Agents whom a comment mentions: they see the ticket from then on.
create table mentions (
  ticket_id blob not null references tickets (id) on delete cascade,
  agent_id blob not null references agents (id) on delete cascade,
  by_id blob not null references agents (id) on delete cascade,
  at integer not null,
  told_at integer,
  primary key (ticket_id, agent_id)
) strict;
create index mentions_agent on mentions (agent_id);
create index mentions_by on mentions (by_id);
create index mentions_untold on mentions (agent_id, at) where told_at is null;

-- What agents have typed and not sent. text is empty once it was: for a day, so that an older one of another device does not come back.
create table drafts (
  agent_id blob not null references agents (id) on delete cascade,
  ticket_id blob not null references tickets (id) on delete cascade,
  text text not null,
  at integer not null,
  primary key (agent_id, ticket_id)
) strict;
create index drafts_ticket on drafts (ticket_id);

-- Who reads the entries after a stored position, which is that of an entry. under_way: transactions of PostgreSQL at or below
-- it that had not ended when it was reached. version goes up with every change.
create table followers (
  name text not null primary key,
  position integer not null,
  under_way text not null,
  version integer not null
) strict;

-- What is searched. ordinal: the tickets in the order in which they were first seen. A row of search_words holds the words of 32 entries of a
-- ticket and of its head, folded; those that a masked agent does not read begin with an exclamation mark. Its number is the ordinal times 65536 and
-- the block's. Kept by a follower, which can make it anew.
create table search_tickets (
  ordinal integer not null primary key,
  ticket_id blob not null unique references tickets (id) on delete cascade
) strict;
create virtual table search_words using fts5 (
  words, content = '', contentless_delete = 1, detail = 'none', prefix = '2 3', tokenize = "ascii tokenchars '!'"
);

-- ticket_id: the ticket that it was stored for; null while the form that opens the ticket is being sent. agent_id: the agent who stored
-- it; null: the visitor. entry_id: the message that it is on; null: none yet. digest: the SHA-256 of its bytes.
create table files (
  id blob not null primary key,
  site_id blob not null references sites (id) on delete cascade,
  ticket_id blob references tickets (id) on delete cascade,
  agent_id blob,
  entry_id blob,
  stored_name text not null,
  name text not null,
  media_type text not null,
  bytes integer not null,
  digest blob not null,
  inline integer not null,
  created_at integer not null
) strict;
create index files_ticket on files (ticket_id);
create index files_unused on files (created_at) where entry_id is null;
create index files_waiting on files (site_id) where entry_id is null;

-- due_at is null once a mail has gone out or is parked; outcome says whether a relay took it or it was kept as a file. capped: it counts
-- among those that a visitor caused to an address nobody has confirmed; client is the ticket's then.
create table mails (
  id blob not null primary key,
  site_id blob not null references sites (id) on delete cascade,
  ticket_id blob references tickets (id) on delete cascade,
  kind text not null,
  details text not null,
  to_address text not null,
  to_key text not null,
  to_name text,
  lang text not null,
  subject text not null,
  text text,
  html text,
  message_id text not null unique,
  in_reply_to text,
  capped integer not null,
  client text,
  due_at integer,
  claimed_until integer,
  attempts integer not null,
  uncertain_sends integer not null,
  parked_at integer,
  error text,
  outcome text,
  created_at integer not null
) strict;
create index mails_due on mails (due_at) where due_at is not null;
create index mails_to on mails (to_key, created_at) where capped;
create index mails_client on mails (client, created_at) where client is not null;
create index mails_ticket on mails (ticket_id, to_key, created_at);
create index mails_site on mails (site_id, created_at, id);

-- What must happen. A row is deleted when it is done; the same kind and key is there once.
create table jobs (
  id blob not null primary key,
  kind text not null,
  key text not null,
  details text not null,
  due_at integer,
  claimed_until integer,
  attempts integer not null,
  parked_at integer,
  error text,
  unique (kind, key)
) strict;
create index jobs_due on jobs (due_at) where due_at is not null;

-- Processes that serve this database. With SQLite there is one, which holds a file's lock: this table and the two below stay empty.
create table nodes (
  id blob not null primary key,
  name text not null,
  version text not null,
  started_at integer not null,
  seen_at integer not null,
  stopped_at integer
) strict;

create table consoles (
  node_id blob not null references nodes (id) on delete cascade,
  agent_id blob not null references agents (id) on delete cascade,
  since integer not null,
  gone_at integer,
  primary key (node_id, agent_id)
) strict;
create index consoles_agent on consoles (agent_id);

create table keeper (
  id integer not null primary key check (id = 1),
  node_id blob,
  until integer not null,
  listens integer not null
) strict;
