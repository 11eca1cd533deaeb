//! What visitors do, and what is said.

use super::World;
use desk::{
    people::Agent,
    sites::Site,
    tickets::{NewChat, NewRequest, Visitor},
};
use protocol::{
    EntryId, PageUrl, Seq, TicketId,
    form::Started,
    settings::ClosingReason,
    text::{ChatText, EmailAddress, FormText, PersonName},
};

/// A visitor's address.
pub const ROSA: &str = "rosa@example.com";

/// A closing reason of any words.
pub fn reason(text: &str) -> ClosingReason {
    ClosingReason::parse(text).expect("a reason")
}

impl World {
    pub fn new_id(&self) -> EntryId {
        self.clock.new_entry_id()
    }

    pub fn new_chat(&self) -> NewChat {
        NewChat {
            id: self.new_id(),
            name: Some(PersonName::parse("Rosa").unwrap()),
            email: None,
            subject: None,
            queue: None,
            text: ChatText::parse("hola").unwrap(),
            page: PageUrl::parse("https://shop.example/precios"),
            lang: "es".into(),
            zone: Some("America/Mexico_City".into()),
            client: None,
            identity: None,
        }
    }

    pub fn new_request(&self, email: &str) -> NewRequest {
        NewRequest {
            id: self.new_id(),
            name: None,
            email: EmailAddress::parse(email).unwrap(),
            subject: None,
            queue: None,
            text: FormText::parse("¿abren mañana?").unwrap(),
            files: vec![],
            page: None,
            lang: "es".into(),
            zone: None,
            client: None,
            identity: None,
        }
    }

    pub async fn start(&self, site: &Site) -> (Started, Visitor) {
        let started = self.desk.start_chat(site, self.new_chat()).await.unwrap();
        let visitor = self.visitor(site, &started).await;
        (started, visitor)
    }

    /// A help request from this address.
    pub async fn ask(&self, site: &Site, email: &str) -> Started {
        self.desk.open_request(site, self.new_request(email)).await.unwrap()
    }

    pub async fn visitor(&self, site: &Site, started: &Started) -> Visitor {
        self.desk.find_visitor(site.id, &started.token).await.unwrap().unwrap()
    }

    /// A chat that the agent has accepted.
    pub async fn chat_with(&self, site: &Site, agent: &Agent) -> Visitor {
        let (_, visitor) = self.start(site).await;
        self.accept(agent, visitor).await;
        visitor
    }

    pub async fn accept(&self, agent: &Agent, visitor: Visitor) {
        let item = self.desk.find_worklist_item(agent, visitor.ticket).await.unwrap().unwrap();
        self.desk.accept(agent, item.chat.unwrap()).await.unwrap();
    }

    pub async fn visitor_posts(&self, visitor: Visitor, text: &str) -> EntryId {
        let id = self.new_id();
        self.desk.post_visitor_message(visitor, id, text, &[]).await.unwrap();
        id
    }

    /// The kinds of a ticket's entries, in order, as agents see them; the sequence is checked to have no gap.
    pub async fn kinds(&self, agent: &Agent, ticket: TicketId) -> Vec<String> {
        let (entries, last) = self.desk.agent_entries(agent, ticket, Seq::START).await.unwrap();
        for (place, entry) in (1..).zip(&entries) {
            assert_eq!(entry.seq.0, place, "gap-free from 1");
        }
        assert_eq!(last.0, i64::try_from(entries.len()).unwrap());
        entries
            .iter()
            .map(|entry| {
                let body = serde_json::to_value(&entry.body).unwrap();
                let named =
                    body.as_object().and_then(|body| body.keys().next().map(String::as_str));
                named.or(body.as_str()).unwrap().to_owned()
            })
            .collect()
    }
}
