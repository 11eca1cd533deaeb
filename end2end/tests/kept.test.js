// What a visitor chose outlives a lost network and a flip, what happens behind a closed panel is told, and everything fits a small screen.
import assert from "node:assert/strict";
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

const PHOTO = { name: "foto.png", mimeType: "image/png", buffer: Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64") };
const PROGRAM = { name: "malo.exe", mimeType: "text/plain", buffer: Buffer.from("mal") };

/** A phone of this size. */
const phone = (width, height) => ({ viewport: { width, height }, hasTouch: true, isMobile: true });

async function chat(site, options, form) {
  await world.ayuda.site(site);
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site, options);
  await visitor.startChat(form);
  await agent.accept();
  await visitor.hears("se ha unido");
  return { agent, visitor };
}

/** The bubble beside the button of a closed panel. */
const bubble = (visitor, words) => visitor.page.getByRole("button", { name: `Abrir el chat: ${words}` }).waitFor();

/** Whether an element of the panel is wholly in the window. */
const isInView = (visitor, selector) => visitor.panel.locator(selector).evaluate((element) => {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight;
});

test("a file that was chosen without a network outlives the next message, and arrives once the network is back", async () => {
  const { agent, visitor } = await chat("sinred");
  const frame = await visitor.frame();
  await visitor.context.setOffline(true);
  await visitor.panel.getByRole("status").getByText("Sin conexión. Reconectando…").waitFor();
  await frame.locator("#c-files").setInputFiles(PHOTO);
  const chip = visitor.panel.getByRole("listitem").filter({ hasText: "foto.png" });
  await chip.getByText("Sin conexión. Lo enviamos en cuanto vuelva.").waitFor();
  await accessible(frame, "a file that waits");
  await chip.getByRole("button", { name: "Reintentar" }).click();
  await chip.getByText("Sin conexión. Lo enviamos en cuanto vuelva.").waitFor();
  await visitor.press("Enviar");
  await visitor.say("Y un texto");
  await chip.waitFor();
  await world.shot(visitor.page, "file-waits");
  await visitor.context.setOffline(false);
  await visitor.panel.getByRole("status").getByText("Conexión restablecida.").waitFor();
  await agent.hears("Y un texto");
  await agent.hears("foto.png");
  await chip.waitFor({ state: "detached" });
});

test("a refused file is read out and holds no request back, and one that was chosen before a flip goes along with the chat", async () => {
  const site = await world.ayuda.site("seva");
  const agent = await world.agent("Lucía Medina", { sites: [site], state: "Ausente" });
  const [visitor, other] = [await world.visitor(site), await world.visitor(site)];
  for (const one of [visitor, other]) {
    await one.sees("Ayuda");
    await one.open();
    await one.hydrated();
    await one.box("Correo electrónico").fill("marta@cliente.example");
    await one.box("Mensaje").fill("Con dos archivos");
    await one.panel.getByLabel("Archivos adjuntos").setInputFiles([PHOTO, PROGRAM]);
    await one.panel.getByRole("alert").getByText("malo.exe: No aceptamos archivos de este tipo.").waitFor();
  }
  await other.press("Enviar solicitud");
  await eventually("the number has the focus", async () => (await other.focus()) === "received");
  assert.match(await other.panel.locator("#received").textContent(), /^Recibimos tu solicitud · [A-Z]+-\d+$/);
  await other.panel.getByRole("button", { name: /Descargar.*foto\.png/ }).waitFor();
  await other.panel.getByRole("listitem").filter({ hasText: "malo.exe" }).waitFor();

  await agent.become("Disponible");
  await visitor.panel.getByRole("button", { name: "Iniciar chat" }).waitFor();
  assert.equal(await visitor.panel.getByText("Revisa lo que está marcado.").isVisible(), false);
  await visitor.press("Quitar malo.exe");
  await visitor.press("Iniciar chat");
  await visitor.panel.getByRole("button", { name: /Descargar.*foto\.png/ }).waitFor();
  await agent.accept();
  await agent.hears("foto.png");
});

test("a closed panel tells of who joins and of the end of the chat, and of a request that needs an address", async () => {
  // Long enough to close the panel first, on a slow machine too.
  const impatient = await world.ayuda.site("detras", { limits: { wait_limit: "10s" } });
  const site = await world.ayuda.site("detrastambien");
  const agent = await world.agent("Lucía Medina", { sites: [impatient, site] });
  const left = await world.visitor(impatient);
  await left.startChat({ message: "Nadie me lee" });
  await left.press("Cerrar");
  await bubble(left, "Tu chat es ahora una solicitud: deja tu correo");
  await left.button.click();
  await left.hears("Déjanos tu correo para responderte.");

  const visitor = await world.visitor(site);
  await visitor.startChat();
  await visitor.press("Cerrar");
  await agent.accept();
  await bubble(visitor, "Lucía Medina se ha unido");
  await agent.end();
  await bubble(visitor, "Lucía terminó el chat");
  await visitor.button.click();
  await visitor.hears("Lucía terminó el chat");
  assert.equal(await visitor.box("Mensaje").getAttribute("placeholder"), "Escribe para reabrir tu ticket…");
});

test("on a small phone the end's question fits, what is sent is in reach, and a picture is its own width", async () => {
  const { visitor } = await chat("chico", phone(320, 568), { email: "marta@cliente.example" });
  const frame = await visitor.frame();
  await frame.locator("#c-files").setInputFiles(PHOTO);
  const chip = visitor.panel.getByRole("button", { name: "Quitar foto.png" });
  await chip.waitFor();
  assert.ok((await chip.boundingBox()).height >= 44, "the chip's button is large");
  await eventually("it is up", async () => !(await frame.locator("#uploads progress:not([hidden])").count()));
  await visitor.press("Enviar");
  await frame.locator("#log img").waitFor();
  assert.equal(await frame.locator("#log .file").evaluate((file) => getComputedStyle(file).display), "block");
  assert.equal(await isInView(visitor, "#number"), true, "the number is whole");
  await visitor.menu("Finalizar chat");
  for (const button of ["cancel-end", "confirm-end"]) assert.equal(await isInView(visitor, `[data-action=${button}]`), true, button);
  await world.shot(visitor.page, "end-small");
  await visitor.press("Seguir en el chat");
  for (const [width, height] of [[320, 420], [740, 360]]) {
    await visitor.page.setViewportSize({ width, height });
    await eventually(`Enviar is in view at ${width}x${height}`, () => isInView(visitor, "#send"));
    await world.shot(visitor.page, `low-chat-${width}`);
  }
  const { top, bottom } = await frame.locator("#send").evaluate((send) => send.getBoundingClientRect().toJSON());
  const area = await frame.locator("#c-message").evaluate((area) => area.getBoundingClientRect().toJSON());
  assert.ok(top < area.bottom && bottom > area.top, "in one row");
});
