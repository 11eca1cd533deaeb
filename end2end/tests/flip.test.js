// The button and the open panel change when the desk does, and nothing typed is lost.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { daily } from "../support/ayuda.js";
import { World } from "../support/world.js";
import { eventually, pause } from "../support/wait.js";

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
  await visitor.box("Mensaje").fill("Esto lo escribí con el chat abierto");

  await agent.become("Ausente");
  const left = Date.now();
  await other.sees("Ayuda", 3);
  await visitor.panel.getByRole("button", { name: "Enviar solicitud" }).waitFor({ timeout: 3000 });
  assert.ok(Date.now() - left < 2000, `the flip took ${Date.now() - left} ms`);
  assert.equal(await visitor.box("Mensaje").inputValue(), "Esto lo escribí con el chat abierto");
  assert.equal(await visitor.box("Nombre").inputValue(), "Marta");
  assert.equal(await visitor.box("Correo electrónico").inputValue(), "marta@cliente.example");
  await world.shot(visitor.page, "flip-ayuda");

  await visitor.box("Mensaje").fill("Y esto en el formulario");
  await agent.become("Disponible");
  await visitor.panel.getByRole("button", { name: "Iniciar chat" }).waitFor({ timeout: 3000 });
  await other.sees("Chat", 3);
  assert.equal(await visitor.box("Mensaje").inputValue(), "Y esto en el formulario");
  await visitor.press("Iniciar chat");
  await visitor.log.getByText("Y esto en el formulario").waitFor();
});

test("an agent whose console is gone is not there", async () => {
  const site = await world.ayuda.site("cerrada");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  await agent.page.close();
  await visitor.sees("Ayuda", 35);
});

test("the clock closes the desk to the second, with the panel open and a draft in it", { timeout: 150_000 }, async () => {
  const { now, at, weekly } = nextMinute();
  const site = await world.ayuda.site("reloj", { weekly: daily(weekly.until) });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  const passive = await world.visitor(site);
  if (Date.now() < at - 1000) {
    await visitor.sees("Chat");
    await visitor.open();
    await visitor.box("Mensaje").fill("Casi llego tarde");
  }
  assert.ok(Date.now() < at, `the test was too slow: ${now}`);
  await visitor.panel.getByRole("button", { name: "Enviar solicitud" }).waitFor({ timeout: at - Date.now() + 5000 });
  const late = Date.now() - at;
  assert.ok(late > -300 && late < 1500, `the panel flipped ${late} ms after the minute`);
  await passive.sees("Ayuda", 2);
  assert.equal(await visitor.box("Mensaje").inputValue(), "Casi llego tarde");
  assert.ok(await agent.state.isVisible());
  const status = await world.ayuda.status(site);
  assert.equal(status.open, false);
  assert.equal(status.reason, "outside_hours");
});

test("the clock opens the desk on pages that are open", { timeout: 150_000 }, async () => {
  const { at, weekly } = nextMinute();
  const site = await world.ayuda.site("abre", { weekly: daily(weekly.from) });
  await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  if (Date.now() < at - 500) await visitor.sees("Ayuda");
  await visitor.sees("Chat", (at - Date.now()) / 1000 + 5);
  const late = Date.now() - at;
  assert.ok(late > -300 && late < 1500, `the button flipped ${late} ms after the minute`);
});

test("a change of the site's hours acts at once on open pages", async () => {
  const site = await world.ayuda.site("horario");
  await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  await world.ayuda.site(site, { weekly: {} });
  await visitor.sees("Ayuda", 3);
});

test("a chat that waits too long becomes a request, with the same number and text", async () => {
  const site = await world.ayuda.site("espera", { limits: { wait_limit: "2s" } });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "Nadie contesta" });
  const number = await visitor.number();
  await visitor.panel.getByText(/ahora es una solicitud de ayuda/).first().waitFor({ timeout: 10_000 });
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
  await hide(true);
  await agent.become("Ausente");
  await eventually("the desk is closed", async () => !(await world.ayuda.status(site)).open);
  await pause(300);
  assert.equal(await visitor.page.getByRole("button", { name: "Chat", exact: true }).count(), 1);
  await hide(false);
  await visitor.sees("Ayuda", 3);
});

/** The next full minute that leaves time to set things up, and intervals around it in UTC. */
function nextMinute() {
  const now = Date.now();
  let at = Math.ceil((now + 12_000) / 60_000) * 60_000;
  // Midnight would make the intervals wrap: a minute later is as good.
  if (new Date(at).toISOString().slice(11, 16) === "00:00") at += 60_000;
  const time = new Date(at).toISOString().slice(11, 16);
  return { now, at, weekly: { until: [["00:00", time]], from: [[time, "24:00"]] } };
}
