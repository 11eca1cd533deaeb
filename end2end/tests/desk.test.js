// The agent's desk: what is pinned, comments, canned replies, drafts on every device, who else looks on, what happened in one line.
import assert from "node:assert/strict";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { accessible } from "../support/axe.js";
import { World } from "../support/world.js";
import { eventually } from "../support/wait.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

const ask = (site, email, message) => world.post(site, "requests", { email, message });
const internal = (agent) => agent.page.getByRole("button", { name: "Comentario interno", exact: true });
/** Goes over to comments on a page that has just been opened: nothing hears a click before the console's script is there. */
const comments = (button) => eventually("a comment is written", async () => {
  if ((await button.getAttribute("aria-pressed")) === "true") return true;
  await button.click();
});

test("a live chat stays at hand in every view, its row is small, and says who wrote last", async () => {
  const site = await world.ayuda.site("alamano");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  await ask(site, "rosa@cliente.example", "¿Hasta cuándo?");
  await world.chat(site, agent);
  await agent.say("Claro que sí");
  await agent.row("Tú: Claro que sí").waitFor();
  for (const view of ["Cerradas", "En espera", "Mías", "Abiertas"]) {
    await agent.tab(view).click();
    await agent.row("Tú: Claro que sí").waitFor();
  }
  const box = await agent.row("¿Hasta cuándo?").boundingBox();
  assert.ok(box.height >= 52 && box.height <= 66, `${box.height} px`);
  assert.equal(await agent.row("¿Hasta cuándo?").getByText("Soporte general").count(), 0, "the same in all rows");
  await accessible(agent.page, "a live chat at hand");
});

test("a comment is seen by colleagues alone, who are mentioned with @ and told", async () => {
  const site = await world.ayuda.site("comentan");
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const raul = await world.agent("Raúl Díaz", { sites: [site], state: "Ausente" });
  const visitor = await world.chat(site, lucia);
  await internal(lucia).click();
  assert.equal(await internal(lucia).getAttribute("aria-pressed"), "true");
  await lucia.page.getByText("Solo lo ven tus compañeros.").waitFor();
  await lucia.box("Mensaje").pressSequentially("Ese folio se duplicó, @rau");
  await lucia.page.getByRole("option", { name: "Raúl Díaz" }).waitFor();
  // The keyboard leaves for a moment: the timer that closes the list is over before this one.
  await lucia.box("Mensaje").evaluate((box) => (box.blur(), box.focus(), new Promise((over) => setTimeout(over, 300))));
  await lucia.page.getByRole("option", { name: "Raúl Díaz" }).waitFor();
  await accessible(lucia.page, "colleagues are suggested");
  await world.shot(lucia.page, "comment");
  await lucia.page.keyboard.press("Enter");
  assert.match(await lucia.box("Mensaje").inputValue(), /Ese folio se duplicó, @Raúl Díaz /);
  await lucia.page.keyboard.press("Enter");
  await lucia.log.getByText("Comentario interno · Lucía Medina").waitFor();
  assert.equal(await internal(lucia).getAttribute("aria-pressed"), "true", "what was meant for colleagues never goes to the visitor");

  await raul.page.getByRole("link", { name: /Lucía Medina te mencionó en CO-/ }).click();
  await raul.hears("Ese folio se duplicó, @Raúl Díaz");
  await raul.page.getByText("Lo atiende Lucía Medina.").waitFor();
  await lucia.page.getByText("Raúl Díaz está mirando").waitFor({ state: "attached" });
  await internal(raul).click();
  await raul.box("Mensaje").fill("Lo reviso");
  await raul.page.getByRole("button", { name: "Enviar", exact: true }).click();
  await lucia.hears("Lo reviso");
  await accessible(raul.page, "a comment in a colleague's chat");
  await internal(lucia).click();
  await lucia.say("Un momento, por favor");
  await visitor.hears("Un momento, por favor");
  for (const secret of ["Ese folio", "Lo reviso"]) assert.equal(await visitor.log.getByText(secret).count(), 0, secret);
});

test("a comment that is written without a connection is kept, and sent once", async () => {
  const site = await world.ayuda.site("corte");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  await world.chat(site, agent);
  await world.ayuda.kill();
  await agent.page.getByText("Sin conexión. Reconectando…").waitFor();
  // In this order: a browser that is offline may not hear that the server has gone.
  await agent.context.setOffline(true);
  await agent.page.evaluate(() => window.dispatchEvent(new Event("offline")));
  await internal(agent).click();
  await agent.box("Mensaje").fill("Escrito sin red");
  await agent.page.keyboard.press("Enter");
  await agent.hears("Escrito sin red");
  await agent.log.getByText("Enviando…").waitFor();
  await world.ayuda.serve();
  await agent.context.setOffline(false);
  await agent.log.getByText("Enviando…").waitFor({ state: "hidden" });
  await agent.page.reload();
  await agent.hears("Escrito sin red");
  assert.equal(await agent.log.getByText("Escrito sin red").count(), 1);
});

test("a console whose browser loses its network says so, and is back with it", async () => {
  const site = await world.ayuda.site("sinred");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, agent);
  const lost = agent.page.getByText("Sin conexión. Reconectando…");
  // The socket of a browser without a network stays open: nothing else tells of it.
  await agent.context.setOffline(true);
  await lost.waitFor();
  await visitor.say("¿Sigues ahí?");
  await agent.context.setOffline(false);
  await lost.waitFor({ state: "hidden" });
  await agent.hears("¿Sigues ahí?");
});

test("canned replies are chosen by / and kept in a dialog, with their places filled", async () => {
  const site = await world.ayuda.site("guardadas");
  await appendFile(join(world.ayuda.data, `site-${site}.toml`), `\n[[replies]]\nname = "Saludo"\ntext = "Hola {name}, soy {agent}. Tu ticket es {number}."\n`);
  await world.ayuda.run(["site", "apply", join(world.ayuda.data, `site-${site}.toml`)]);
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, agent);
  const box = agent.box("Mensaje");
  await box.pressSequentially("/sal");
  await agent.page.getByRole("listbox", { name: "Respuestas" }).getByRole("option", { name: /Saludo/ }).waitFor();
  await accessible(agent.page, "replies are suggested");
  await world.shot(agent.page, "replies");
  await agent.page.keyboard.press("Enter");
  await eventually("it is filled", async () => /^Hola Marta Ríos, soy Lucía Medina\. Tu ticket es CO-\d+\.$/.test(await box.inputValue()));
  await agent.page.keyboard.press("Enter");
  await visitor.hears("soy Lucía Medina");

  await agent.page.getByRole("button", { name: /^Respuestas/ }).click();
  const dialog = agent.page.getByRole("dialog", { name: "Respuestas" });
  await dialog.getByRole("button", { name: "Nueva respuesta" }).click();
  await dialog.getByRole("button", { name: "Guardar" }).click();
  await dialog.getByText("Falta completar «Nombre».").waitFor();
  await dialog.getByRole("textbox", { name: "Nombre" }).fill("Plazos");
  await dialog.getByRole("textbox", { name: "Texto" }).fill("Tardamos dos días, {name}.");
  await accessible(agent.page, "a reply is written");
  await dialog.getByRole("button", { name: "Guardar" }).click();
  await dialog.getByRole("searchbox", { name: "Buscar" }).fill("dos dias");
  await accessible(agent.page, "all replies");
  await dialog.getByRole("button", { name: /^Plazos/ }).click();
  await dialog.waitFor({ state: "hidden" });
  await eventually("it is inserted", async () => (await box.inputValue()) === "Tardamos dos días, Marta Ríos.");

  await agent.page.getByRole("button", { name: /^Respuestas/ }).click();
  await dialog.getByRole("button", { name: "Quitar Plazos" }).click();
  await dialog.getByRole("button", { name: /^Plazos/ }).waitFor({ state: "detached" });
  await agent.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
});

test("a draft is there on every device, marked in the list, and gone everywhere once it is sent", async () => {
  const site = await world.ayuda.site("borradores");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  await ask(site, "rosa@cliente.example", "¿Hasta cuándo?");
  await agent.row("¿Hasta cuándo?").click();
  await agent.box("Mensaje").fill("Hasta el vier");
  const other = await agent.elsewhere();
  await other.row("Hasta el vier").getByText("Borrador:").waitFor();
  await other.row("Hasta el vier").click();
  await eventually("it is there", async () => (await other.box("Mensaje").inputValue()) === "Hasta el vier");
  await other.box("Mensaje").pressSequentially("nes");
  await eventually("the newest wins", async () => (await agent.box("Mensaje").inputValue()) === "Hasta el viernes");
  await other.page.getByRole("button", { name: "Enviar", exact: true }).click();
  await eventually("it is gone", async () => (await agent.box("Mensaje").inputValue()) === "");
  await agent.hears("Hasta el viernes");
});

test("what is suggested is put in only where it was asked for, and the console lives on", async () => {
  const site = await world.ayuda.site("sugerencia");
  await appendFile(join(world.ayuda.data, `site-${site}.toml`), `\n[[replies]]\nname = "Saludo"\ntext = "Hola de nuevo"\n`);
  await world.ayuda.run(["site", "apply", join(world.ayuda.data, `site-${site}.toml`)]);
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, agent);
  const box = agent.box("Mensaje");
  for (const [away, key] of [["Control+A", "Tab"], ["Shift+Home", "Enter"]]) {
    await box.fill("");
    await box.pressSequentially("Muy buenas, /sal");
    await agent.page.getByRole("option", { name: /Saludo/ }).waitFor();
    await agent.page.keyboard.press(away);
    await agent.page.keyboard.press(key);
    assert.equal(await box.inputValue(), "Muy buenas, /sal", away);
  }
  await agent.say("Aquí sigo");
  await visitor.hears("Aquí sigo");
  assert.equal(await visitor.log.getByText("/sal").count(), 0);
});

test("a draft that was sent elsewhere does not come back on a device that was away", async () => {
  const site = await world.ayuda.site("ausente");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  await ask(site, "rosa@cliente.example", "¿Hasta cuándo?");
  await agent.row("¿Hasta cuándo?").click();
  await agent.box("Mensaje").fill("Hasta el viernes");
  const other = await agent.elsewhere();
  await other.row("Hasta el viernes").click();
  await eventually("it is there", async () => (await other.box("Mensaje").inputValue()) === "Hasta el viernes");
  const address = agent.page.url();
  await agent.page.goto("about:blank");
  await other.page.getByRole("button", { name: "Enviar", exact: true }).click();
  await other.hears("Hasta el viernes");
  await agent.page.goto(address);
  await agent.hears("Hasta el viernes");
  await eventually("it is gone", async () => (await agent.box("Mensaje").inputValue()) === "");
});

test("a comment keeps its mode and whom it mentions over a reload, and is the same on two pages", async () => {
  const site = await world.ayuda.site("recarga");
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const raul = await world.agent("Raúl Díaz", { sites: [site], state: "Ausente" });
  await world.chat(site, lucia);
  await internal(lucia).click();
  await lucia.box("Mensaje").pressSequentially("Míralo, @rau");
  await lucia.page.getByRole("option", { name: "Raúl Díaz" }).click();
  await eventually("it is written", async () => (await lucia.box("Mensaje").inputValue()) === "Míralo, @Raúl Díaz ");
  const second = await lucia.context.newPage();
  await second.goto(lucia.page.url());
  const twin = second.getByRole("textbox", { name: "Mensaje", exact: true });
  await comments(second.getByRole("button", { name: "Comentario interno", exact: true }));
  await eventually("it is there too", async () => (await twin.inputValue()) === "Míralo, @Raúl Díaz ");
  await lucia.box("Mensaje").press("End");
  await lucia.box("Mensaje").pressSequentially("hoy");
  await eventually("it follows", async () => (await twin.inputValue()) === "Míralo, @Raúl Díaz hoy");
  await lucia.page.reload();
  await eventually("it goes on as a comment", async () => (await internal(lucia).getAttribute("aria-pressed")) === "true");
  await eventually("it is kept", async () => (await lucia.box("Mensaje").inputValue()) === "Míralo, @Raúl Díaz hoy");
  await lucia.page.getByRole("button", { name: "Enviar", exact: true }).click();
  await lucia.log.getByText("Comentario interno · Lucía Medina").waitFor();
  await eventually("it was sent from both", async () => (await twin.inputValue()) === "");
  await raul.page.getByRole("link", { name: /Lucía Medina te mencionó en CO-/ }).waitFor();
});

test("a chat that ends leaves comment, files and keyboard where they are", async () => {
  const site = await world.ayuda.site("bajo-las-manos");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, agent);
  await agent.page.locator(".composer input[type=file]").setInputFiles({ name: "nota.txt", mimeType: "text/plain", buffer: Buffer.from("Hola") });
  await agent.page.locator(".uploads").getByText("nota.txt").waitFor();
  await internal(agent).click();
  await agent.box("Mensaje").pressSequentially("No lo olvides");
  await visitor.end();
  await agent.page.getByRole("button", { name: "Reabrir" }).waitFor();
  assert.equal(await internal(agent).getAttribute("aria-pressed"), "true");
  assert.equal(await agent.box("Mensaje").inputValue(), "No lo olvides");
  assert.equal(await agent.page.evaluate(() => document.activeElement.id), "composer");
  await internal(agent).click();
  await agent.page.locator(".uploads").getByText("nota.txt").waitFor();
});

test("who was mentioned while signed out is told on coming back", async () => {
  const site = await world.ayuda.site("vuelve");
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const raul = await world.agent("Raúl Díaz", { sites: [site], state: "Ausente" });
  await raul.page.goto("about:blank");
  await world.chat(site, lucia);
  await internal(lucia).click();
  await lucia.box("Mensaje").fill("@Raúl Díaz, ¿lo ves?");
  await lucia.page.keyboard.press("Enter");
  await lucia.log.getByText("Comentario interno · Lucía Medina").waitFor();
  await raul.page.goto(`${world.ayuda.origin}/console`);
  await raul.page.getByRole("link", { name: /Lucía Medina te mencionó en CO-/ }).waitFor();
});

test("what happened stands in one line, and what is new has a mark", async () => {
  const site = await world.ayuda.site("enlinea");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, agent);
  await agent.say("Te leo");
  await agent.page.getByRole("link", { name: "Bandeja" }).first().click();
  await visitor.say("¿Sigues ahí?");
  await agent.row("¿Sigues ahí?").click();
  await agent.log.getByText("Mensajes nuevos").waitFor();
  await agent.end();
  await agent.log.getByText("Chat finalizado · Resuelto").first().waitFor();
  const events = agent.log.locator("details.events").last();
  await events.locator("summary").click();
  await events.getByRole("listitem").first().waitFor();
  assert.ok((await events.getByRole("listitem").count()) >= 2);
  await accessible(agent.page, "what happened");
});

test("the console speaks the agent's language at once, and lists its keys on ?", async () => {
  const site = await world.ayuda.site("idioma");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const { page } = agent;
  await page.getByRole("heading", { name: "Mi bandeja" }).waitFor();
  const sheet = page.getByRole("dialog", { name: "Atajos de teclado" });
  // Nothing hears the key before the console's script is there.
  await eventually("the sheet is there", async () => {
    await page.keyboard.press("?");
    return sheet.isVisible();
  });
  await accessible(page, "the keys");
  await page.keyboard.press("Escape");
  await sheet.waitFor({ state: "hidden" });
  await page.getByRole("button", { name: "Perfil" }).click();
  await accessible(page, "the profile");
  await page.getByRole("menuitemradio", { name: "English" }).click();
  await page.getByRole("button", { name: "Status: Available" }).waitFor();
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.getByRole("button", { name: "Profile" }).click();
  await page.getByRole("menuitemradio", { name: "Español" }).click();
  await agent.state.waitFor();
});

test("on a narrow screen the facts are a dialog that gives the keyboard back", async () => {
  const site = await world.ayuda.site("datos");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  await agent.page.setViewportSize({ width: 1024, height: 760 });
  await world.chat(site, agent);
  const button = agent.page.getByRole("button", { name: "Datos" });
  await button.click();
  const dialog = agent.page.getByRole("dialog", { name: "Datos" });
  const queue = dialog.getByRole("combobox", { name: "Cola" }).locator("option:checked");
  await eventually("the facts are here", async () => (await queue.textContent()) === "Soporte general");
  await accessible(agent.page, "the facts");
  await world.shot(agent.page, "facts");
  await agent.page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await eventually("the button has the keyboard", () => button.evaluate((button) => button === document.activeElement));
});
