// Two nodes on one PostgreSQL behind a balancer: visitor and agent are on different ones, and each of them is killed in turn.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Ayuda } from "../support/ayuda.js";
import { Balancer } from "../support/balancer.js";
import { Database, noPostgres } from "../support/postgres.js";
import { eventually } from "../support/wait.js";
import { World } from "../support/world.js";

let world, other, balancer, database;
before(async () => {
  if (noPostgres) return;
  database = await Database.create();
  balancer = await Balancer.start();
  const settings = { AYUDA_PUBLIC_URL: balancer.origin, AYUDA_DATABASE_URL: database.url, AYUDA_NODE_LEASE: "10s" };
  world = await World.start({ settings });
  balancer.prefer(world.ayuda);
  other = await Ayuda.start({ smtp: world.mail.url, settings });
  balancer.prefer(other);
});
after(async () => {
  await world?.stop();
  await other?.stop();
  balancer?.stop();
  await database?.drop();
});
afterEach(() => world?.tidy());

/** How often a text stands in a log. */
const times = async (log, text) => (await log.evaluate((log) => log.innerText)).split(text).length - 1;

const sockets = (node, side) => node.metric(`ayuda_sockets{side="${side}"}`);

test("a transfer that rings goes on when the node of the agent who asked, and then that of the other, is killed", { skip: noPostgres }, async () => {
  const site = await world.ayuda.site("traspaso", { limits: { ring_time: "2m" } });
  balancer.prefer(other);
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  await eventually("her console is on the second node", async () => (await sockets(other, "agent")) === 1);
  balancer.prefer(world.ayuda);
  const visitor = await world.chat(site, lucia);
  const raul = await world.agent("Raúl Díaz", { sites: [site] });
  await eventually("his console is on the first node", async () => (await sockets(world.ayuda, "agent")) === 1);
  const pass = async (from, to) => {
    await from.button("Transferir").click();
    const asked = from.dialog("Transferir");
    await asked.getByRole("tab", { name: "Agente" }).click();
    await asked.getByRole("radio", { name: new RegExp(to.name) }).check();
    await asked.getByRole("button", { name: "Transferir", exact: true }).click();
    await to.offer.waitFor();
  };
  await pass(lucia, raul);
  await other.kill();
  await raul.accept();
  await raul.say("Sigo yo");
  await visitor.hears("Sigo yo");
  await lucia.hears("Sigo yo");
  await lucia.page.getByText("Lo atiende Raúl Díaz.").waitFor();
  const why = lucia.dialog("Motivo de cierre");
  if (await why.isVisible()) await lucia.page.keyboard.press("Escape");

  // And back, while the node that all of them are on is killed.
  await other.serve();
  await pass(raul, lucia);
  await world.ayuda.kill();
  await lucia.offer.waitFor();
  await eventually("all are on the second node", async () => (await sockets(other, "agent")) === 2);
  await lucia.accept();
  await lucia.say("Y otra vez yo");
  await visitor.hears("Y otra vez yo");
  await raul.page.getByText("Lo atiende Lucía Medina.").waitFor();
  assert.equal(await times(visitor.log, "Sigo yo"), 1);
  await world.ayuda.serve();
});

test("visitor and agent are on different nodes; each is killed in turn, and the story goes on", { skip: noPostgres }, async () => {
  const site = await world.ayuda.site("nodos");
  balancer.prefer(other);
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  await eventually("the console is on the second node", async () => (await sockets(other, "agent")) === 1);
  balancer.prefer(world.ayuda);
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "Primera línea" });
  await eventually("the panel is on the first node", async () => (await sockets(world.ayuda, "visitor")) === 1);
  await agent.accept();
  await visitor.hears("se ha unido");
  const number = await visitor.number();
  await visitor.say("Desde un nodo");
  await agent.hears("Desde un nodo");
  await agent.say("Desde el otro");
  await visitor.hears("Desde el otro");
  await eventually("and nobody is elsewhere", async () => (await sockets(world.ayuda, "agent")) + (await sockets(other, "visitor")) === 0);

  // The agent's node is gone: the console comes back at the other.
  await other.kill();
  await visitor.say("Mientras no estabas");
  await agent.hears("Mientras no estabas");
  await eventually("the console is on the first node", async () => (await sockets(world.ayuda, "agent")) === 1);
  await agent.say("Aquí sigo");
  await visitor.hears("Aquí sigo");

  // And now the one on which both of them are.
  await other.serve();
  await world.ayuda.kill();
  await visitor.say("Y otra vez");
  await agent.hears("Y otra vez");
  await agent.say("Sin perder nada");
  await visitor.hears("Sin perder nada");
  await eventually("each is there once", async () => (await sockets(other, "agent")) === 1 && (await sockets(other, "visitor")) === 1);

  assert.equal(await visitor.number(), number);
  const said = ["Primera línea", "Desde un nodo", "Desde el otro", "Mientras no estabas", "Aquí sigo", "Y otra vez", "Sin perder nada"];
  for (const log of [visitor.log, agent.log]) {
    for (const text of said) assert.equal(await times(log, text), 1, text);
    const places = await log.evaluate((log, said) => said.map((text) => log.innerText.indexOf(text)), said);
    assert.deepEqual(places, [...places].sort((a, b) => a - b), "in order");
  }
});
