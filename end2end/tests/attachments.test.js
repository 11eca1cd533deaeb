// *Adjuntos*: all files of a ticket, and those that colleagues alone are to see.
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

/** A picture of one pixel. */
const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==", "base64");
const text = (name) => ({ name, mimeType: "text/plain", buffer: Buffer.from("hola") });
const picture = (name) => ({ name, mimeType: "image/png", buffer: PICTURE });

const facts = (agent) => agent.page.getByRole("complementary", { name: "Datos" });
const list = (at) => at.getByRole("list", { name: "Adjuntos", exact: true });

async function attachments(agent, at = facts(agent)) {
  await at.getByRole("tab", { name: "Adjuntos", exact: true }).click();
  await at.getByRole("button", { name: "Elegir archivos" }).waitFor();
  return at;
}

async function share(at, files) {
  await at.locator("input[type=file]").setInputFiles(files);
  const button = at.getByRole("button", { name: "Compartir con el equipo" });
  await eventually("they are uploaded", async () => (await button.getAttribute("aria-disabled")) === null);
  await button.click();
}

test("files for the team are on the ticket for colleagues, and nowhere for the visitor", async () => {
  const site = await world.ayuda.site("adjuntos");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const raul = await world.agent("Raúl Peña", { sites: [site] });
  const visitor = await world.chat(site, agent, { message: "Hola, ¿me ayudan?" });
  const panel = await attachments(agent);
  await panel.getByText("Todavía no hay archivos.").waitFor();
  await share(panel, [text("margen.txt"), picture("captura.png")]);
  await list(panel).getByRole("link", { name: /margen\.txt/ }).waitFor();
  const shown = list(panel).getByRole("listitem").filter({ hasText: "captura.png" }).first();
  await shown.getByText("Lucía Medina").waitFor();
  await shown.getByText("interno").waitFor();
  await eventually("the picture is drawn", () => list(panel).locator("img").evaluate((img) => img.complete && img.naturalWidth === 1));
  await agent.log.getByText("Comentario interno · Lucía Medina").waitFor();
  await accessible(agent.page, "the files of a ticket");
  await world.shot(agent.page, "attachments");
  // What the visitor hears later shows that nothing came before it.
  await agent.answer("Ya lo miro.");
  await visitor.hears("Ya lo miro.");
  assert.equal(await visitor.panel.getByText("margen.txt").count(), 0);
  // A colleague opens it, and reads the list as it grows.
  await raul.page.goto(agent.page.url());
  const other = await attachments(raul);
  const link = list(other).getByRole("link", { name: /margen\.txt/ });
  await link.waitFor();
  const href = await link.getAttribute("href");
  assert.equal((await raul.page.request.get(new URL(href, raul.page.url()).href)).status(), 200);
  await share(other, [text("nota.txt")]);
  await list(panel).getByRole("link", { name: /nota\.txt/ }).waitFor();
});

test("a program is refused where it stands, and on a phone nothing sticks out", async () => {
  const site = await world.ayuda.site("bolsillo");
  const body = new URLSearchParams({ email: "eva@cliente.example", message: "No me llega el recibo" });
  assert.equal((await fetch(`${world.ayuda.origin}/w/${site}/requests`, { method: "POST", headers: { accept: "application/json" }, body })).status, 201);
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const { page } = agent;
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole("link").filter({ hasText: "el recibo" }).click();
  const button = page.getByRole("button", { name: "Datos" });
  const dialog = page.getByRole("dialog", { name: "Datos" });
  await eventually("the dialog is open", async () => (await dialog.isVisible()) || (await button.click(), false));
  await attachments(agent, dialog);
  await dialog.locator("input[type=file]").setInputFiles([text("instalar.exe"), text("un nombre bastante largo para que no quepa en la pantalla.txt")]);
  await dialog.getByText("No aceptamos archivos de este tipo").waitFor();
  await accessible(page, "uploads on a phone");
  await world.shot(page, "attachments-phone");
  const widest = await dialog.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
  assert.ok(widest <= 0, `${widest} px stick out`);
  await dialog.getByRole("button", { name: "Quitar instalar.exe" }).click();
  const send = dialog.getByRole("button", { name: "Compartir con el equipo" });
  await eventually("the other one is uploaded", async () => (await send.getAttribute("aria-disabled")) === null);
  await send.click();
  await list(dialog).getByRole("link", { name: /un nombre bastante largo/ }).waitFor();
});
