// Reloads, dropped sockets, a killed server, two tabs: nothing is lost and nothing comes twice.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { Visitor } from "../support/visitor.js";
import { World } from "../support/world.js";
import { eventually } from "../support/wait.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

/** How often a text stands in a log. */
const times = async (log, text) => (await log.evaluate((log) => log.innerText)).split(text).length - 1;

/** What browsers that keep no third-party storage do to a frame of another site. */
function blockStorage() {
  if (window.parent === window) return;
  Object.defineProperty(window, "localStorage", { get() { throw new DOMException("blocked", "SecurityError"); } });
}

async function chat(site, options) {
  await world.ayuda.site(site);
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site, options);
  await visitor.startChat({ message: "Primera línea" });
  await agent.accept();
  await visitor.hears("se ha unido");
  return { agent, visitor };
}

test("a reload in mid-chat goes on where it was", async () => {
  const { agent, visitor } = await chat("recarga");
  await visitor.say("Segunda línea");
  const number = await visitor.number();
  await visitor.page.reload();
  await agent.say("Dicho mientras recargabas");
  await visitor.show();
  await visitor.hears("Dicho mientras recargabas");
  assert.equal(await visitor.number(), number);
  for (const text of ["Primera línea", "Segunda línea", "Dicho mientras recargabas"]) assert.equal(await times(visitor.log, text), 1, text);
  await visitor.say("Tercera línea");
  await agent.hears("Tercera línea");
});

test("what is typed survives a reload", async () => {
  const { visitor } = await chat("borrador");
  await visitor.box("Mensaje").fill("Todavía no lo mando");
  const frame = await visitor.frame();
  await eventually("it is kept", () => frame.evaluate(() => Object.values({ ...localStorage }).includes("Todavía no lo mando")));
  await visitor.page.reload();
  await visitor.show();
  await eventually("the draft is back", async () => (await visitor.box("Mensaje").inputValue()) === "Todavía no lo mando");
});

test("written while offline: shown as enviando, delivered once afterwards, in order", async () => {
  const { agent, visitor } = await chat("desconexion");
  await world.ayuda.kill();
  for (const text of ["Uno sin red", "Dos sin red", "Tres sin red"]) await visitor.say(text);
  await visitor.panel.getByText(/Enviando|Reconectando/).first().waitFor();
  await agent.page.getByRole("status").getByText("Sin conexión. Reconectando…").waitFor();
  await world.ayuda.serve();
  await agent.hears("Tres sin red");
  await eventually("all are delivered", async () => !(await visitor.log.getByText("Enviando").count()));
  for (const log of [agent.log, visitor.log]) {
    const text = await log.evaluate((log) => log.innerText);
    for (const line of ["Uno sin red", "Dos sin red", "Tres sin red"]) assert.equal(await times(log, line), 1, line);
    assert.ok(text.indexOf("Uno sin red") < text.indexOf("Dos sin red") && text.indexOf("Dos sin red") < text.indexOf("Tres sin red"), text);
  }
  await agent.say("Ya volvimos");
  await visitor.hears("Ya volvimos");
});

test("written while offline, then reloaded: still sent", async () => {
  const { agent, visitor } = await chat("sinred");
  await visitor.context.setOffline(true);
  // Offline mode does not cut sockets that are open: closing the server's end does.
  await world.ayuda.kill();
  await visitor.say("Antes de recargar");
  await visitor.context.setOffline(false);
  await world.ayuda.serve();
  await visitor.page.reload();
  await visitor.show();
  await agent.hears("Antes de recargar");
  await visitor.hears("Antes de recargar");
  assert.equal(await times(agent.log, "Antes de recargar"), 1);
  assert.equal(await times(visitor.log, "Antes de recargar"), 1);
});

test("the agent's words while the server was away are not lost either", async () => {
  const { agent, visitor } = await chat("agente");
  await world.ayuda.kill("SIGTERM");
  await agent.box("Mensaje").fill("Dicho sin servidor");
  await agent.box("Mensaje").press("Enter");
  await world.ayuda.serve();
  await visitor.hears("Dicho sin servidor");
  await agent.hears("Dicho sin servidor");
  assert.equal(await times(visitor.log, "Dicho sin servidor"), 1);
  assert.equal(await times(agent.log, "Dicho sin servidor"), 1);
});

test("two tabs are one conversation", async () => {
  const { agent, visitor } = await chat("pestanas");
  const tab = Object.assign(Object.create(Object.getPrototypeOf(visitor)), visitor, { page: await visitor.context.newPage() });
  await tab.page.goto(world.host.page("pestanas"));
  await tab.show();
  await tab.hears("Primera línea");
  await tab.say("Desde la segunda");
  await visitor.hears("Desde la segunda");
  await visitor.say("Desde la primera");
  await tab.hears("Desde la primera");
  await agent.say("Los leo a los dos");
  for (const one of [tab, visitor]) {
    await one.hears("Los leo a los dos");
    for (const text of ["Primera línea", "Desde la segunda", "Desde la primera", "Los leo a los dos"]) assert.equal(await times(one.log, text), 1, text);
  }
});

test("where a browser keeps no storage for the panel, the conversation goes on all the same", async () => {
  const context = await world.context();
  await context.addInitScript(blockStorage);
  let hold;
  await context.route(/panel\.[0-9a-f]+\.wasm/, async (route) => {
    await hold;
    await route.continue().catch(() => {});
  });
  const site = await world.ayuda.site("bloqueado");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await Visitor.arrive(world, context, site);
  await visitor.startChat({ message: "Primera línea" });
  await agent.accept();
  await visitor.hears("se ha unido");
  assert.equal(await (await visitor.frame()).evaluate(() => { try { return localStorage.length; } catch { return "blocked"; } }), "blocked");
  const number = await visitor.number();
  // Said while the server is away, and a draft behind it: neither has left the browser when the page is reloaded.
  await world.ayuda.kill();
  await visitor.say("Antes de recargar");
  await visitor.box("Mensaje").fill("A medio escribir");
  await world.ayuda.serve();

  let release;
  hold = new Promise((go) => (release = go));
  await visitor.page.reload();
  await visitor.show();
  // Until the script is there to show it, the form must not offer itself.
  await visitor.panel.getByText("Abriendo tu conversación…").waitFor();
  assert.equal(await visitor.panel.getByRole("button", { name: "Iniciar chat" }).isVisible(), false);
  release();
  await visitor.hears("Antes de recargar");
  assert.equal(await visitor.number(), number);
  await agent.hears("Antes de recargar");
  await eventually("the draft is back", async () => (await visitor.box("Mensaje").inputValue()) === "A medio escribir");
  for (const text of ["Primera línea", "Antes de recargar"]) {
    assert.equal(await times(visitor.log, text), 1, text);
    assert.equal(await times(agent.log, text), 1, text);
  }
});

test("a form posted before the script came is kept without storage, too", async () => {
  const context = await world.context();
  await context.addInitScript(blockStorage);
  let release;
  const hold = new Promise((go) => (release = go));
  await context.route(/panel\.[0-9a-f]+\.wasm/, async (route) => {
    await hold;
    await route.continue().catch(() => {});
  });
  const site = await world.ayuda.site("bloqueadoprisa");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await Visitor.arrive(world, context, site);
  await visitor.sees("Chat");
  await visitor.open();
  await visitor.box("Nombre").fill("Marta");
  await visitor.box("Mensaje").fill("Muy deprisa");
  await visitor.press("Iniciar chat");
  // The answer is a document at another address of the panel's.
  const number = await visitor.number();
  release();
  await agent.accept();
  await visitor.hears("se ha unido");
  await visitor.page.reload();
  await visitor.show();
  await visitor.hears("Muy deprisa");
  assert.equal(await visitor.number(), number);
});

test("closing the panel and opening it again goes on", async () => {
  const { agent, visitor } = await chat("cierra");
  await visitor.press("Cerrar");
  await agent.say("Te espero");
  await visitor.show();
  await visitor.hears("Te espero");
});
