// The agent's work: views of the list, what is done after the end, where the keyboard is, and the chat that rings.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessible } from "../support/axe.js";
import { Agent } from "../support/agent.js";
import { World } from "../support/world.js";
import { eventually } from "../support/wait.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

const ask = (site, email, message) => world.post(site, "requests", { email, message });
/** What has the keyboard, as the page names it. */
const focused = (page) => page.evaluate(() => `${document.activeElement.tagName} ${document.activeElement.textContent}`);

test("answered and closed tickets are in views of their own, and Reabrir brings one back", async () => {
  const site = await world.ayuda.site("vistas");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  await agent.page.getByText("Todo al día").waitFor();
  await ask(site, "rosa@cliente.example", "¿Hasta cuándo?");
  await agent.row("¿Hasta cuándo?").click();
  await agent.answer("Hasta el viernes");
  await agent.row("Hasta el viernes").waitFor({ state: "hidden" });
  await agent.tab("En espera").click();
  await agent.row("Hasta el viernes").waitFor();
  await agent.tab("Mías").click();
  await agent.row("Hasta el viernes").waitFor();
  assert.equal(await agent.tab("Mías").getAttribute("aria-selected"), "true");

  await agent.page.getByRole("button", { name: "Cerrar solicitud" }).click();
  const dialog = agent.page.getByRole("dialog", { name: "Motivo de cierre" });
  await dialog.getByRole("option", { name: "Resuelto" }).click();
  await dialog.getByRole("button", { name: "Enviar cierre" }).click();
  await agent.page.getByText("Nada tuyo por ahora").waitFor();
  await eventually("the heading has the keyboard", async () => (await focused(agent.page)).startsWith("H1 rosa@"));

  // With the keyboard alone.
  await agent.tab("Mías").press("ArrowLeft");
  await agent.row("Hasta el viernes").waitFor();
  assert.equal(await focused(agent.page), "BUTTON Cerradas");
  await accessible(agent.page, "closed tickets");
  await agent.page.getByRole("button", { name: "Reabrir" }).click();
  await agent.page.getByText("Nada cerrado todavía").waitFor();
  await eventually("the heading has the keyboard", async () => (await focused(agent.page)).startsWith("H1 rosa@"));
  await agent.tab("Abiertas").click();
  await agent.row("Hasta el viernes").waitFor();
  await agent.log.getByText("cambió el estado a pendiente").waitFor();
});

test("a view is told of what comes and goes, and the chats in hand are known in each", async () => {
  const site = await world.ayuda.site("vivas");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "Para cerrar" });
  await agent.accept();
  await agent.page.goto(`${world.ayuda.origin}/console`);
  await agent.tab("Cerradas").click();
  await agent.page.getByText("Nada cerrado todavía").waitFor();
  await visitor.say("¿Sigues?");
  await agent.page.getByRole("navigation", { name: "Secciones" }).getByText("1", { exact: true }).waitFor();
  await visitor.end();
  await agent.row("¿Sigues?").waitFor();
});

test("the view and what is looked for stand in the address: a reload, going back and a link that was copied lead to them", async () => {
  const site = await world.ayuda.site("direccion");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const { page } = agent;
  await ask(site, "rosa@cliente.example", "¿Hasta cuándo?");
  await agent.row("¿Hasta cuándo?").click();
  await agent.answer("Hasta el viernes");
  await agent.row("Hasta el viernes").waitFor({ state: "hidden" });
  await agent.tab("En espera").click();
  await agent.row("Hasta el viernes").waitFor();
  assert.match(page.url(), /\/console\/tickets\/[0-9a-f-]+\?view=waiting$/);
  const shows = (name) => page.locator("[role=tab][aria-selected=true]").filter({ hasText: name }).waitFor();
  await page.reload();
  await shows("En espera");
  await agent.row("Hasta el viernes").waitFor();
  await agent.hears("Hasta el viernes");

  // The navigation bar and what is looked for stay beside the view; a row keeps both.
  await page.getByRole("link", { name: "Bandeja" }).first().click();
  await page.getByRole("heading", { name: "Nada abierto" }).waitFor();
  assert.ok(page.url().endsWith("/console?view=waiting"), page.url());
  const results = (page) => page.getByRole("region", { name: "Resultados" });
  const found = (page) => results(page).getByRole("link").filter({ hasText: "viernes" });
  // What can be found follows the talk by a moment: somebody else looks until it is there.
  const other = await agent.elsewhere();
  await eventually("it can be found", async () => {
    await other.page.getByRole("searchbox", { name: "Buscar" }).fill("");
    await results(other.page).waitFor({ state: "hidden" });
    await other.page.getByRole("searchbox", { name: "Buscar" }).fill("viernes");
    return found(other.page).waitFor({ timeout: 5000 }).then(() => true, () => false);
  });
  await page.getByRole("searchbox", { name: "Buscar" }).fill("viernes");
  await found(page).waitFor();
  await found(page).click();
  await agent.hears("Hasta el viernes");
  assert.match(page.url(), /\?view=waiting&q=viernes$/);
  const copied = page.url();

  await page.goBack();
  await page.goBack();
  await page.getByRole("tablist").waitFor();
  await shows("En espera");
  await page.goBack();
  await page.goBack();
  await shows("Abiertas");
  await page.getByText("Todo al día").waitFor();
  await page.goForward();
  await shows("En espera");
  await agent.row("Hasta el viernes").waitFor();

  await other.page.goto(copied);
  await found(other.page).waitFor();
  await other.hears("Hasta el viernes");
  await other.page.getByRole("searchbox", { name: "Buscar" }).press("Escape");
  await other.page.locator("[role=tab][aria-selected=true]").filter({ hasText: "En espera" }).waitFor();
  await other.row("Hasta el viernes").waitFor();
});

test("what an agent writes after the end shows at once in a panel that is open", async () => {
  const site = await world.ayuda.site("despues");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat({ email: "marta@cliente.example" });
  await agent.accept();
  await agent.end();
  await visitor.panel.getByRole("radiogroup", { name: "Valoración" }).waitFor();
  await agent.page.getByText("Este ticket está cerrado.").waitFor();
  await agent.answer("Encontré el movimiento");
  await visitor.hears("Encontré el movimiento");
  await agent.page.getByRole("button", { name: "Reabrir" }).waitFor();
  await accessible(agent.page, "after the end");
});

test("a chat that rings is the first thing that Tab reaches, has keys of its own, and leaves the keyboard on a heading", async () => {
  const site = await world.ayuda.site("suena", { limits: { ring_time: "2m" } });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitors = [];
  for (const subject of ["Factura de marzo", "Factura de abril"]) {
    visitors.push(await world.visitor(site));
    await visitors.at(-1).startChat({ message: `Duda: ${subject}` });
  }
  await agent.offer.waitFor();
  const page = agent.page;
  // The visitors' windows came before it.
  await page.bringToFront();
  await page.reload();
  await agent.offer.waitFor();
  await eventually("the list's heading has the keyboard", async () => (await focused(page)) === "H1 Mi bandeja");
  const first = await page.evaluate(() => {
    const all = [...document.querySelectorAll("a[href], button, input, textarea, [tabindex='0']")];
    return all.slice(0, 2).map((element) => element.textContent);
  });
  assert.deepEqual(first, ["RechazarF8", "AceptarF2"]);
  assert.deepEqual(await agent.offer.getByRole("button").evaluateAll((all) => all.map((button) => button.ariaKeyShortcuts ?? button.getAttribute("aria-keyshortcuts"))), ["F8", "F2"]);
  const left = () => page.locator(".offer progress").evaluate((ring) => ring.value / ring.max);
  const before = await left();
  assert.ok(before > 0 && before <= 1, `${before}`);
  await eventually("the clock runs down", async () => (await left()) < before);
  await accessible(page, "a chat rings");

  await agent.offer.getByRole("button", { name: "Rechazar" }).focus();
  await page.keyboard.press("Enter");
  await eventually("a heading has the keyboard", async () => /^H[12] (Nueva solicitud|Mi bandeja)/.test(await focused(page)));
  await agent.offer.waitFor();
  await page.keyboard.press("F2");
  await agent.box("Mensaje").waitFor();
  await eventually("where one writes has the keyboard", () => page.evaluate(() => document.activeElement.id === "composer"));
});

test("an offer and a row show the subject", async () => {
  const site = await world.ayuda.site("asunto");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  await world.post(site, "chats", { name: "Marta", subject: "Factura de marzo", message: "No cuadra" });
  await agent.offer.getByText("Factura de marzo", { exact: true }).waitFor();
  await agent.row("Factura de marzo").filter({ hasText: "No cuadra" }).waitFor();
});

test("keys that are pressed before the closing reasons are there are not lost", async () => {
  const site = await world.ayuda.site("motivos");
  const agent = await world.agent("Lucía Medina", { sites: [site], intercepts: true });
  const visitor = await world.visitor(site);
  await visitor.startChat();
  await agent.accept();
  let letThrough;
  const held = new Promise((go) => (letThrough = go));
  await agent.page.route("**/console/api/chats/reasons", async (route) => {
    await held;
    await route.continue();
  });
  await agent.page.getByRole("button", { name: "Finalizar", exact: true }).click();
  const dialog = agent.page.getByRole("dialog", { name: "Motivo de cierre" });
  await dialog.getByRole("combobox", { name: "Motivo" }).focus();
  for (const key of ["r", "e", "s", "u", "ArrowDown", "Enter", "Enter"]) await agent.page.keyboard.press(key);
  await dialog.waitFor();
  letThrough();
  await agent.log.getByText("Chat finalizado · Resuelto").waitFor();
});

test("a visitor is told the truth when the agent loses the queue", async () => {
  const site = await world.ayuda.site("pierde", { queues: ["Soporte general", "Ventas"] });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat();
  await agent.accept();
  await world.ayuda.run(["agent", "set", agent.email, "--queue", "Ventas"]);
  await visitor.hears("Tu agente ya no está en el chat.");
  assert.equal(await visitor.log.getByText("conexión").count(), 0);
});

test("the list and a chat that rings fit a phone, a wide screen and the dark", async () => {
  const site = await world.ayuda.site("tallas", { limits: { ring_time: "2m" } });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  await ask(site, "rosa@cliente.example", "¿Hasta cuándo?");
  await world.post(site, "chats", { name: "Marta", subject: "Conciliación de marzo que no cuadra por ningún lado", message: "No cuadra" });
  await agent.offer.waitFor();
  for (const [width, scheme] of [[1440, "light"], [1440, "dark"], [360, "light"], [360, "dark"]]) {
    await agent.page.setViewportSize({ width, height: 760 });
    await agent.page.emulateMedia({ colorScheme: scheme });
    await world.shot(agent.page, `work-${width}-${scheme}`);
    const wide = await agent.page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(wide <= width, `${wide} of ${width}`);
    for (const name of ["Mías", "Abiertas", "En espera", "Cerradas"]) {
      const box = await agent.tab(name).boundingBox();
      assert.ok(box.x >= 0 && box.x + box.width <= width, `${name} at ${width}`);
    }
    await accessible(agent.page, `the list at ${width}, ${scheme}`);
  }
});
