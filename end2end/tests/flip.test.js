// The button and the open panel change when the desk does, and nothing typed is lost.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { daily } from "../support/ayuda.js";
import { World } from "../support/world.js";
import { eventually, PATIENCE } from "../support/wait.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

test("an agent leaves and comes back: the button flips, and the draft goes along both ways", async () => {
  const site = await world.ayuda.site("ausente");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  const other = await world.visitor(site);
  await visitor.sees("Chat");
  await visitor.open();
  await visitor.box("Nombre").fill("Marta");
  await visitor.box("Correo electrónico").fill("marta@cliente.example");
  await visitor.box("Asunto").fill("Factura 88213");
  await visitor.box("Mensaje").fill("Esto lo escribí con el chat abierto");

  await agent.become("Ausente");
  await other.sees("Ayuda");
  await visitor.panel.getByRole("button", { name: "Enviar solicitud" }).waitFor();
  assert.equal(await visitor.box("Mensaje").inputValue(), "Esto lo escribí con el chat abierto");
  assert.equal(await visitor.box("Nombre").inputValue(), "Marta");
  assert.equal(await visitor.box("Correo electrónico").inputValue(), "marta@cliente.example");
  assert.equal(await visitor.box("Asunto").inputValue(), "Factura 88213");
  await world.shot(visitor.page, "flip-ayuda");

  await visitor.box("Mensaje").fill("Y esto en el formulario");
  await agent.become("Disponible");
  await visitor.panel.getByRole("button", { name: "Iniciar chat" }).waitFor();
  await other.sees("Chat");
  assert.equal(await visitor.box("Mensaje").inputValue(), "Y esto en el formulario");
  await visitor.press("Iniciar chat");
  await visitor.log.getByText("Y esto en el formulario").waitFor();
});

test("who is asked for the area chooses it, keeps it through reload and flip, and the agents of that area get the chat", async () => {
  const key = await world.ayuda.site("areas", { queues: ["Ventas", "Soporte técnico"], askQueue: true });
  const agent = await world.agent("Lucía Medina", { sites: [key] });
  const visitor = await world.visitor(key);
  await visitor.sees("Chat");
  await visitor.open();
  await visitor.hydrated();
  const area = visitor.panel.getByRole("combobox", { name: "Área", exact: true });
  assert.deepEqual(await area.getByRole("option").allTextContents(), ["No lo sé", "Ventas", "Soporte técnico"]);
  await area.selectOption("Soporte técnico");
  await visitor.box("Nombre").fill("Marta");
  await visitor.box("Mensaje").fill("No enciende");
  const chosen = () => area.evaluate((select) => select.selectedOptions[0].textContent);
  await visitor.page.reload();
  await visitor.open();
  await visitor.hydrated();
  await eventually("it is chosen again", async () => (await chosen()) === "Soporte técnico");
  // An area that is gone meanwhile is none: the list says so, and the next page does not ask for it again.
  const keep = (id) => visitor.frame().then((frame) => frame.evaluate(([key, id]) => {
    const before = localStorage.getItem(key);
    for (const store of [localStorage, sessionStorage]) store.setItem(key, id);
    return before;
  }, [`ayuda:${key}:draft:queue`, id]));
  const kept = await keep("019aa111-0000-7000-8000-000000000001");
  await visitor.page.reload();
  await visitor.open();
  await visitor.hydrated();
  await eventually("nothing is chosen", async () => (await area.evaluate((select) => select.selectedOptions[0]?.textContent)) === "No lo sé");
  assert.equal(await keep(kept), null, "it is forgotten");
  await visitor.page.reload();
  await visitor.open();
  await visitor.hydrated();
  await eventually("it is chosen once more", async () => (await chosen()) === "Soporte técnico");
  await agent.become("Ausente");
  await visitor.panel.getByRole("button", { name: "Enviar solicitud" }).waitFor();
  assert.equal(await chosen(), "Soporte técnico");
  await agent.become("Disponible");
  await visitor.press("Iniciar chat");
  await visitor.log.getByText("No enciende").waitFor();
  await agent.offer.getByText("Soporte técnico").waitFor();
});

test("a subject that was typed for a chat is on the request that it became, and survives a reload", async () => {
  const site = await world.ayuda.site("asunto");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  await visitor.open();
  await visitor.hydrated();
  await visitor.box("Asunto").fill("Factura 88213");
  await visitor.box("Mensaje").fill("No cuadra");
  await agent.become("Ausente");
  await visitor.sees("Ayuda");
  await visitor.page.reload();
  await visitor.sees("Ayuda");
  await visitor.open();
  await eventually("the subject is back", async () => (await visitor.box("Asunto").inputValue()) === "Factura 88213");
  await visitor.box("Correo electrónico").fill("marta@cliente.example");
  await visitor.press("Enviar solicitud");
  await visitor.panel.getByText("Recibimos tu solicitud").first().waitFor();
  const page = await visitor.context.newPage();
  await page.goto(await visitor.panel.locator(".link-to-ticket").first().getAttribute("href"));
  await page.getByRole("heading", { name: "Factura 88213" }).waitFor();
});

test("an agent whose console is gone is not there", async () => {
  const site = await world.ayuda.site("cerrada");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  await agent.page.close();
  await visitor.sees("Ayuda");
});

test("the clock closes one desk and opens another at the minute, on pages and panels that are open, with a draft in one", { timeout: 180_000 }, async () => {
  const closing = await world.ayuda.site("cierra");
  const opening = await world.ayuda.site("abre", { weekly: {} });
  const agent = await world.agent("Lucía Medina", { sites: [closing, opening] });
  const visitor = await world.visitor(closing);
  const passive = await world.visitor(closing);
  const early = await world.visitor(opening);
  await visitor.sees("Chat");
  await passive.sees("Chat");
  await early.sees("Ayuda");
  await visitor.open();
  await visitor.box("Mensaje").fill("Casi llego tarde");

  // Everybody is there: only now the hours are set that end and begin at the next minute.
  const { at, until, from } = nextMinute();
  await world.ayuda.site(closing, { weekly: daily(until) });
  await world.ayuda.site(opening, { weekly: daily(from) });
  const minute = new Date(at).toISOString().replace(".000", "");
  await eventually("the running server knows the hours", async () => (await world.ayuda.status(closing)).changes_at === minute);
  const timeout = Math.max(0, at - Date.now()) + PATIENCE * 1000;
  const flipped = async (locator) => {
    await locator.waitFor({ timeout });
    return Date.now();
  };
  const instants = await Promise.all([
    flipped(visitor.panel.getByRole("button", { name: "Enviar solicitud" })),
    flipped(passive.page.getByRole("button", { name: "Ayuda", exact: true })),
    flipped(early.page.getByRole("button", { name: "Chat", exact: true })),
  ]);
  for (const instant of instants) assert.ok(instant >= at, `${at - instant} ms before the minute`);
  assert.equal(await visitor.box("Mensaje").inputValue(), "Casi llego tarde");
  assert.ok(await agent.state.isVisible());
  const status = await world.ayuda.status(closing);
  assert.equal(status.open, false);
  assert.equal(status.reason, "outside_hours");
});

test("a change of the site's hours acts at once on open pages", async () => {
  const site = await world.ayuda.site("horario");
  await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  await world.ayuda.site(site, { weekly: {} });
  await visitor.sees("Ayuda");
});

test("a chat that waits too long becomes a request, with the same number and text", async () => {
  const site = await world.ayuda.site("espera", { limits: { wait_limit: "8s" } });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "Nadie contesta" });
  const number = await visitor.number();
  await visitor.panel.getByText(/ahora es una solicitud de ayuda/).first().waitFor();
  assert.equal(await visitor.number(), number);
  await visitor.panel.getByText("Nadie contesta").first().waitFor();
  // There was no address: it is asked for.
  await visitor.box("Correo electrónico").fill("tarde@cliente.example");
  await visitor.press("Guardar correo");
  const mail = await world.mail.find("tarde@cliente.example");
  assert.ok(mail.subject.includes(number));
  await agent.page.getByText("Nadie contesta").first().waitFor();
});

test("a chat that runs is not cut by the flip", async () => {
  const site = await world.ayuda.site("sigue");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat();
  await agent.accept();
  await agent.become("Ausente");
  const other = await world.visitor(site);
  await other.sees("Ayuda");
  await agent.say("Sigo contigo");
  await visitor.hears("Sigo contigo");
  await visitor.say("Qué bien");
  await agent.hears("Qué bien");
});

test("a hidden page asks for nothing, and is right when it is shown again", async () => {
  const site = await world.ayuda.site("oculta");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  const hide = (hidden) => visitor.page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    Object.defineProperty(document, "visibilityState", { value: hidden ? "hidden" : "visible", configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }, hidden);
  const streams = () => world.ayuda.metric("ayuda_event_streams");
  await eventually("it listens", async () => (await streams()) === 1);
  const asked = [];
  visitor.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await hide(true);
  // Nothing can reach it any more.
  await eventually("it listens no longer", async () => (await streams()) === 0);
  await agent.become("Ausente");
  await eventually("the desk is closed", async () => !(await world.ayuda.status(site)).open);
  assert.equal(await visitor.page.getByRole("button", { name: "Chat", exact: true }).count(), 1);
  assert.deepEqual(asked, []);
  await hide(false);
  await visitor.sees("Ayuda");
});

/** The next full minute that leaves time to say so, and intervals around it in UTC. */
function nextMinute() {
  let at = Math.ceil((Date.now() + 25_000) / 60_000) * 60_000;
  // Midnight would make the intervals wrap: a minute later is as good.
  if (new Date(at).toISOString().slice(11, 16) === "00:00") at += 60_000;
  const time = new Date(at).toISOString().slice(11, 16);
  return { at, until: [["00:00", time]], from: [[time, "24:00"]] };
}
