//! Every route, as every role. What is not declared does not exist.

use crate::world::{
    Engine, SITE, World,
    http::{Ask, Reply},
    on_both,
};
use protocol::form::Started;
use server::{Access, Declared};

struct Roles {
    agent: String,
    visitor: Started,
    stranger: Started,
    file: String,
}

impl Roles {
    async fn of(world: &World) -> Self {
        let (agent, _) = world.agent("ana@example.com").await;
        let other = SITE.replace("tienda", "otra").replace("LT", "OT");
        world.apply(&other).await;
        let fields = [("email", "v@example.com"), ("message", "Con un archivo")];
        let files: [(&str, &str, &[u8]); 1] = [("files", "nota.txt", b"hola")];
        let asked = world.client.post("/w/tienda/requests").json().multipart(&fields, &files);
        let visitor = crate::world::started(&asked.send().await);
        let stranger = world.ask("otra", "De otro sitio").await;
        let mut page = world.client.get(format!("/t/{}", visitor.number)).page();
        page = page.cookie(&ticket_cookie(&visitor));
        let page = page.send().await.text();
        let at = page.find("/files/").expect("the file's link") + "/files/".len();
        let file = page[at..at + 36].to_owned();
        Self { agent, visitor, stranger, file }
    }

    fn ask(&self, world: &World, row: &Declared) -> Ask {
        let path = row
            .path
            .replace("{site}", "tienda")
            .replace("{number}", &self.visitor.number.0)
            .replace("{id}", &self.file)
            .replace("{*path}", "nada");
        let ask = world.client.ask(row.method, path);
        if row.method == "POST" { ask.form(&[]) } else { ask }
    }
}

fn ticket_cookie(started: &Started) -> String {
    format!("ayuda_ticket={}", started.token.0)
}

fn is_refused(access: Access, reply: &Reply) -> bool {
    match access {
        Access::Public => false,
        Access::Visitor | Access::Agent => reply.status == 401,
        Access::Ticket => reply.status == 404,
        Access::AgentPage => {
            reply.status == 303 && reply.find("location") == Some("/console/sign-in")
        }
    }
}

on_both! {
    a_route_refuses_everybody_it_does_not_name,
}

async fn a_route_refuses_everybody_it_does_not_name(world: World) {
    let roles = Roles::of(&world).await;
    let stranger_cookie = ticket_cookie(&roles.stranger);
    for row in world.running().routes() {
        let ask = || roles.ask(&world, row);
        let nobody = ask().open().await.0;
        let stranger =
            ask().bearer(&roles.stranger.token.0).cookie(&stranger_cookie).open().await.0;
        let made_up = ask().bearer("AAAA.BBBB").cookie("ayuda_session=x; ayuda_ticket=AAAA.BBBB");
        let made_up = made_up.open().await.0;
        for (who, reply) in [("nobody", &nobody), ("stranger", &stranger), ("made up", &made_up)] {
            assert!(
                row.access == Access::Public || is_refused(row.access, reply),
                "{row:?} as {who}: {}",
                reply.status
            );
            assert!(reply.status < 500, "{row:?} as {who}: {}", reply.status);
        }
    }
}

#[tokio::test]
async fn one_role_does_not_open_what_is_anothers() {
    let world = World::new(Engine::Sqlite).await;
    let roles = Roles::of(&world).await;
    let visitor = roles.visitor.token.0.clone();
    let cookie = ticket_cookie(&roles.visitor);
    for row in world.running().routes() {
        let ask = || roles.ask(&world, row);
        let (agent_may, visitor_may) = match row.access {
            Access::Public => continue,
            Access::Agent | Access::AgentPage => (true, false),
            Access::Visitor | Access::Ticket => (false, true),
        };
        let as_agent = ask().cookie(&roles.agent).open().await.0;
        let as_visitor = ask().bearer(&visitor).cookie(&cookie).open().await.0;
        assert_eq!(
            is_refused(row.access, &as_agent),
            !agent_may,
            "{row:?} as agent: {}",
            as_agent.status
        );
        assert_eq!(
            is_refused(row.access, &as_visitor),
            !visitor_may,
            "{row:?}: {}",
            as_visitor.status
        );
    }
}

#[tokio::test]
async fn what_is_not_declared_is_not_there() {
    let world = World::new(Engine::Sqlite).await;
    for path in
        ["/admin", "/w/tienda/secret", "/help/tienda", "/api/v1/tickets", "/w/nadie", "/../etc"]
    {
        let reply = world.client.get(path).json().send().await;
        assert_eq!(
            (reply.status, reply.value()["code"].as_str()),
            (404, Some("not_found")),
            "{path}"
        );
    }
    let wrong_method = world.client.ask("DELETE", "/w/tienda/status").json().send().await;
    assert_eq!(wrong_method.status, 405);
    assert_eq!(wrong_method.find("content-type"), Some("application/problem+json"));
}
