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
