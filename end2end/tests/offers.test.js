// Chats that ring at several agents: one after another, accepted by two at once, and lost by a console that is gone.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { World } from "../support/world.js";
import { eventually } from "../support/wait.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

const NAMES = ["Lucía Medina", "Raúl Díaz", "Omar Gil"];
const three = (site, options = {}) => Promise.all(NAMES.map((name) => world.agent(name, { sites: [site], ...options })));

/** The one at whom a chat rings, once it does. */
const rung = (agents) => eventually("it rings", async () => {
  for (const agent of agents) if (await agent.offer.isVisible()) return agent;
  return null;
});

test("a chat that nobody answers rings at one agent after another; each is in RONA, is told, and comes back by hand", async () => {
  const site = await world.ayuda.site("rondas", { limits: { ring_time: "3s" } });
  const agents = await three(site);
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "¿Hay alguien?" });
  const number = await visitor.number();
  for (const agent of agents) {
    await agent.button("Estado: RONA").waitFor();
    await agent.page.getByRole("alert").getByText(`No contestaste ${number}`).waitFor();
    await agent.offer.waitFor({ state: "hidden" });
  }
  // Nobody comes back by waiting: the chat rings at none of them again until one does.
  const [first, ...others] = agents;
  await world.ayuda.site(site, { limits: { ring_time: "2m" } });
  await first.button("Volver a Disponible").click();
  await first.accept();
  await visitor.hears(`${first.name} se ha unido`);
  for (const agent of others) assert.ok(await agent.button("Estado: RONA").isVisible(), agent.name);
});

test("offers with long names stand inside of a phone, and two presses take one", async () => {
  const site = await world.ayuda.site("largos", { limits: { ring_time: "2m" } });
  const agent = await world.agent("Lucía Medina", { sites: [site], viewport: { width: 360, height: 640 } });
  const long = "María Guadalupe Hernández de la Torre y Villanueva";
  await world.post(site, "chats", { name: "Marta", message: "La primera" });
  await world.post(site, "chats", { name: long, message: "La segunda" });
  const stack = agent.page.locator(".offer-stack");
  await stack.getByText(long).waitFor();
  for (const place of [stack, agent.offer.getByRole("button", { name: "Aceptar" })]) {
    const box = await place.boundingBox();
    assert.ok(box.x >= 0 && box.x + box.width <= 360, JSON.stringify(box));
  }
  await agent.offer.getByRole("button", { name: "Aceptar" }).dblclick();
  await agent.box("Mensaje").waitFor();
  await agent.offer.getByText("La segunda").waitFor();
});

test("of three who accept a chat at once one has it, and the others read who", async () => {
  const site = await world.ayuda.site("a-la-vez", { limits: { ring_time: "2m" } });
  const agents = await three(site, { intercepts: true });
  const held = [];
  for (const agent of agents) await agent.page.route("**/console/api/chats/accept", (route) => new Promise((go) => held.push(() => go(route.continue()))));
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "¿Quién me atiende?" });
  const first = await rung(agents);
  for (const agent of agents) {
    if (agent === first) {
      await agent.offer.getByRole("button", { name: "Aceptar" }).click();
    } else {
      await agent.row("¿Quién me atiende?").click();
      await agent.button("Aceptar chat").click();
    }
  }
  await eventually("all have accepted", async () => held.length === agents.length);
  for (const go of held) go();
  const lost = (agent, winner) => agent.page.getByText(`${winner.name} lo aceptó antes.`);
  const winner = await eventually("one has it", async () => {
    for (const agent of agents) if (await agent.box("Mensaje").isVisible()) return agent;
    return null;
  });
  for (const agent of agents) {
    if (agent === winner) continue;
    await lost(agent, winner).first().waitFor();
    assert.equal(await agent.box("Mensaje").count(), 0, `${agent.name} does not have it`);
  }
  await winner.say("Yo te atiendo");
  await visitor.hears("Yo te atiendo");
  assert.equal(await visitor.log.getByText("se ha unido").count(), 1);
});

test("a console that is gone loses its chat to a colleague, before those who wait; the visitor is told, and so is the agent on coming back", async () => {
  const site = await world.ayuda.site("se-va", { limits: { ring_time: "2m", drop_grace: "2s", capacity: 1 } });
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, lucia, { message: "Ya me atienden" });
  await lucia.say("Un momento");
  const raul = await world.agent("Raúl Díaz", { sites: [site] });
  await world.chat(site, raul, { message: "Con el otro agente" });
  const waits = await world.visitor(site);
  await waits.startChat({ message: "Yo espero desde hace rato" });
  await lucia.line.cut();
  // Half a minute and more.
  await visitor.log.getByText("Tu agente ya no está en el chat.").waitFor({ timeout: 90_000 });
  await raul.end();
  await raul.offer.getByText("Ya me atienden").waitFor();
  await raul.accept();
  await raul.hears("Un momento");
  await raul.say("Sigo yo");
  await visitor.hears("Sigo yo");
  lucia.line.mend();
  await lucia.page.getByText("Lo atiende Raúl Díaz.").waitFor();
  await lucia.hears("Sigo yo");
});

test("two pages of one agent agree: what rings, what is accepted, said and ended, and the state", async () => {
  const site = await world.ayuda.site("dos-paginas", { limits: { ring_time: "2m" } });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const other = await agent.elsewhere();
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "¿Se ve en las dos?" });
  await other.offer.waitFor();
  await agent.accept();
  await other.offer.waitFor({ state: "hidden" });
  await other.row("¿Se ve en las dos?").filter({ hasText: "en vivo" }).click();
  await other.say("Desde la segunda");
  await agent.hears("Desde la segunda");
  await visitor.say("Gracias");
  for (const page of [agent, other]) await page.hears("Gracias");
  await other.become("Ausente");
  await agent.button("Estado: Ausente").waitFor();
  await agent.end();
  await other.log.getByText("Chat finalizado · Resuelto").waitFor();
  await other.button("Reabrir").waitFor();
  await agent.become("Disponible");
  await other.button("Estado: Disponible").waitFor();
});
