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

/** Every field of a form that is half filled in. */
const DRAFT = { Nombre: "Marta Ríos", "Correo electrónico": "marta@cliente.example", Asunto: "Factura 88213", Mensaje: "Todavía no lo mando" };

async function fill(visitor, draft = DRAFT) {
  for (const [name, text] of Object.entries(draft)) await visitor.box(name).fill(text);
}

async function shows(visitor, draft = DRAFT) {
  for (const [name, text] of Object.entries(draft)) {
    await eventually(`${name} is ${text}`, async () => (await visitor.box(name).inputValue()) === text);
  }
}

test("what is typed survives a reload, field by field", async () => {
  const site = await world.ayuda.site("borrador");
  await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  await visitor.open();
  await visitor.hydrated();
  await fill(visitor);
  await visitor.page.reload();
  await visitor.sees("Chat");
  await visitor.open();
  await shows(visitor);
  // Frameworks swap the body, and the frame with it.
  await visitor.box("Asunto").fill("Factura 88214");
  await visitor.page.evaluate(() => document.body.replaceWith(document.createElement("body")));
  await shows(visitor, { ...DRAFT, Asunto: "Factura 88214" });
});

test("in mid-chat, what is typed survives a reload", async () => {
  const { visitor } = await chat("borradorchat");
  await visitor.box("Mensaje").fill("Todavía no lo mando");
  await visitor.page.reload();
  await visitor.show();
  await shows(visitor, { Mensaje: "Todavía no lo mando" });
});

test("what is typed in one tab is not lost to another, nor is it there after a logout", async () => {
  const site = await world.ayuda.site("dosborradores");
  await world.agent("Lucía Medina", { sites: [site] });
  const one = await world.visitor(site);
  const two = await Visitor.arrive(world, one.context, site);
  for (const visitor of [one, two]) {
    await visitor.sees("Chat");
    await visitor.open();
    await visitor.hydrated();
  }
  await fill(one);
  await fill(two, { ...DRAFT, Mensaje: "Otra cosa" });
  await two.page.close();
  await one.page.reload();
  await one.sees("Chat");
  await one.open();
  await shows(one);

  // Whoever logs out in one tab has logged out in all of them.
  const three = await Visitor.arrive(world, one.context, site);
  await three.sees("Chat");
  await three.open();
  await three.hydrated();
  await fill(three);
  await three.page.evaluate(() => window.ayuda("logout"));
  const nothing = Object.fromEntries(Object.keys(DRAFT).map((name) => [name, ""]));
  for (const visitor of [three, one]) await shows(visitor, nothing);
  await one.page.reload();
  await one.sees("Chat");
  await one.open();
  await one.hydrated();
  await shows(one, nothing);
  const kept = await (await one.frame()).evaluate(() => JSON.stringify({ ...localStorage, tab: { ...sessionStorage } }));
  for (const text of Object.values(DRAFT)) assert.ok(!kept.includes(text), kept);
});

test("what one tab has sent is no draft in another, and a half-typed text goes on after the end", async () => {
  const site = await world.ayuda.site("enviadoenotra");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const one = await world.visitor(site);
  await one.sees("Chat");
  await one.open();
  await one.hydrated();
  await fill(one);
  const two = await Visitor.arrive(world, one.context, site);
  await two.sees("Chat");
  await two.open();
  await two.hydrated();
  await shows(two);
  await two.press("Iniciar chat");
  await two.log.getByText(DRAFT.Mensaje).waitFor();
  await one.log.getByText(DRAFT.Mensaje).waitFor();
  await shows(one, { Mensaje: "" });
  await agent.accept();
  await one.box("Mensaje").fill("A medio escribir");
  await agent.end();
  await one.press("Nueva conversación");
  await shows(one, { Mensaje: "A medio escribir" });
});

test("another tab's new ticket waits for what is on its way on the old one", async () => {
  const site = await world.ayuda.site("dostickets");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const context = await world.context();
  let deaf = false;
  const swallowed = [];
  await context.routeWebSocket(/\/dostickets\/socket/, (panel) => {
    const server = panel.connectToServer();
    panel.onMessage((frame) => {
      if (deaf && String(frame).startsWith('{"say"')) swallowed.push(frame);
      else server.send(frame);
    });
  });
  const one = await Visitor.arrive(world, context, site);
  await one.startChat({ message: "Primera línea" });
  await agent.accept();
  const first = await one.number();
  const link = await one.panel.locator(".link-to-ticket").first().getAttribute("href");
  deaf = true;
  await one.say("Todavía en camino");
  await eventually("it was sent, and lost", () => swallowed.length > 0);
  await agent.end();
  await one.panel.getByRole("radiogroup", { name: "Valoración" }).waitFor();

  // The other tab leaves the ticket and opens another.
  const two = await Visitor.arrive(world, context, site);
  await two.show();
  await two.press("Nueva conversación");
  await two.box("Nombre").fill("Marta Ríos");
  await two.box("Mensaje").fill("Otro asunto");
  await two.press("Iniciar chat");
  await two.log.getByText("Otro asunto").waitFor();
  const second = await two.number();
  assert.notEqual(second, first);
  assert.equal(await one.number(), first, "it stays where its message is due");
  deaf = false;
  await eventually("the other tab is followed", async () => (await one.number()) === second);
  await one.hears("Otro asunto");
  assert.equal(await times(one.log, "Todavía en camino"), 0);
  const ticket = await context.newPage();
  await ticket.goto(link);
  await ticket.getByText("Todavía en camino").waitFor();
});

test("what is typed between a form and its answer goes on in the composer, caret and all", async () => {
  const site = await world.ayuda.site("mientras");
  await world.agent("Lucía Medina", { sites: [site] });
  const context = await world.context({ intercepts: true });
  let answer;
  const held = new Promise((go) => (answer = go));
  await context.route(/\/chats/, async (route) => {
    await held;
    await route.continue();
  });
  const visitor = await Visitor.arrive(world, context, site);
  await visitor.sees("Chat");
  await visitor.open();
  await visitor.hydrated();
  await visitor.box("Nombre").fill("Marta Ríos");
  await visitor.box("Mensaje").fill("Primera línea");
  await visitor.press("Iniciar chat");
  await visitor.panel.getByRole("button", { name: "Enviando…" }).waitFor();
  await visitor.box("Mensaje").press("End");
  await visitor.box("Mensaje").pressSequentially(" y la segunda");
  for (let i = 0; i < 4; i++) await visitor.box("Mensaje").press("ArrowLeft");
  answer();
  await visitor.log.getByText("Primera línea", { exact: true }).waitFor();
  await shows(visitor, { Mensaje: "y la segunda" });
  const frame = await visitor.frame();
  await eventually("the composer has the focus", () => frame.evaluate(() => document.activeElement?.id === "c-message"));
  await visitor.page.keyboard.type("X");
  await shows(visitor, { Mensaje: "y la segXunda" });
});

test("a file chosen between a form and its answer goes on in the composer", async () => {
  const site = await world.ayuda.site("mientrasarchivo", { weekly: {} });
  const context = await world.context({ intercepts: true });
  let answer;
  const held = new Promise((go) => (answer = go));
  await context.route(/\/requests/, async (route) => {
    await held;
    await route.continue();
  });
  const visitor = await Visitor.arrive(world, context, site);
  await visitor.open();
  await visitor.hydrated();
  await visitor.box("Correo electrónico").fill("marta@cliente.example");
  await visitor.box("Mensaje").fill("Con un archivo");
  await visitor.panel.locator("#f-files").setInputFiles({ name: "uno.txt", mimeType: "text/plain", buffer: Buffer.from("uno") });
  await visitor.press("Enviar solicitud");
  await visitor.panel.getByRole("button", { name: "Enviando…" }).waitFor();
  const dropped = await (await visitor.frame()).evaluateHandle(() => {
    const data = new DataTransfer();
    data.items.add(new File(["dos"], "dos.txt", { type: "text/plain" }));
    return data;
  });
  await visitor.panel.locator("#intake").dispatchEvent("drop", { dataTransfer: dropped });
  await visitor.panel.getByRole("button", { name: "Quitar dos.txt" }).waitFor();
  answer();
  await visitor.panel.getByRole("button", { name: /Descargar.*uno\.txt/ }).waitFor();
  await visitor.panel.getByRole("button", { name: "Quitar dos.txt" }).waitFor();
  assert.equal(await visitor.panel.getByRole("button", { name: "Quitar uno.txt" }).count(), 0);
});

test("written while offline: shown as enviando, delivered once afterwards, in order", async () => {
  const { agent, visitor } = await chat("desconexion");
  await world.ayuda.kill();
  for (const text of ["Uno sin red", "Dos sin red", "Tres sin red"]) await visitor.say(text);
  await visitor.panel.getByText(/Enviando|Reconectando/).first().waitFor();
  await agent.page.getByRole("status").getByText("Sin conexión. Reconectando…").waitFor();
  await world.ayuda.serve();
  await agent.hears("Tres sin red");
  await eventually("all are delivered", async () => !(await visitor.panel.getByText("Enviando…").count()));
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
  const context = await world.context({ intercepts: true });
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
  const context = await world.context({ intercepts: true });
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
