// *Contacto*: who asks, as far as agents note it, and what they asked besides.
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

async function ask(site, email, message) {
  const body = new URLSearchParams({ email, message });
  const answer = await fetch(`${world.ayuda.origin}/w/${site}/requests`, { method: "POST", headers: { accept: "application/json" }, body });
  assert.equal(answer.status, 201);
}

const box = (at, name) => at.getByRole("textbox", { name, exact: true });
const save = (at) => at.getByRole("button", { name: "Guardar", exact: true });
const facts = (agent) => agent.page.getByRole("complementary", { name: "Datos" });
const FIELDS = ["Empresa", "RFC"];

async function open(agent, text) {
  await agent.page.getByRole("link").filter({ hasText: text }).click();
  const panel = facts(agent);
  await panel.getByRole("tab", { name: "Contacto", exact: true }).click();
  await box(panel, "Nombre").waitFor();
  return panel;
}

/** Presses the button behind the link that a mail carries. */
async function confirm(address, is) {
  const mail = await world.mail.find(address, is);
  const link = mail.text.match(/https?:\/\/\S+\?k=\S+/)[0];
  const context = await world.context();
  const page = await context.newPage();
  await page.goto(link);
  await page.getByRole("button", { name: "Confirmar mi correo" }).click();
  await page.getByText("Listo: confirmaste tu correo").waitFor();
  await context.close();
}

test("what is noted of a contact is one entry, survives a reload, and is there for colleagues", async () => {
  const site = await world.ayuda.site("contacto", { contactFields: FIELDS });
  await ask(site, "jorge@cliente.example", "El reporte anual sale en blanco");
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const raul = await world.agent("Raúl Peña", { sites: [site] });
  const panel = await open(lucia, "El reporte anual");
  const other = await open(raul, "El reporte anual");
  assert.equal(await box(panel, "Correo electrónico").inputValue(), "jorge@cliente.example");
  await panel.getByText("no verificado").waitFor();
  await panel.getByText("Se muestran cuando la dirección está verificada.").waitFor();
  await box(panel, "Nombre").fill("Jorge Paz");
  await box(panel, "Teléfono").fill("+57 300 123 4567");
  await box(panel, "Empresa").fill("Ferretería El Sol");
  await accessible(lucia.page, "a contact that is changed");
  await world.shot(lucia.page, "contact");
  await lucia.page.reload();
  await panel.getByRole("tab", { name: "Contacto", exact: true }).click();
  await eventually("what was typed is there again", async () => (await box(panel, "Empresa").inputValue()) === "Ferretería El Sol");
  await box(panel, "RFC").fill("x".repeat(201));
  await save(panel).click();
  await panel.getByRole("alert").getByText("200").waitFor();
  assert.equal(await box(panel, "RFC").getAttribute("aria-invalid"), "true");
  assert.equal(await box(panel, "Empresa").getAttribute("aria-invalid"), null);
  await box(panel, "RFC").fill("");
  await save(panel).click();
  await lucia.log.getByText("Lucía Medina cambió: nombre: ninguno → Jorge Paz · teléfono: ninguno → +57 300 123 4567 · Empresa: ninguno → Ferretería El Sol").waitFor();
  await save(panel).waitFor({ state: "hidden" });
  await eventually("the colleague reads it", async () => (await box(other, "Empresa").inputValue()) === "Ferretería El Sol");
  await raul.page.getByRole("heading", { name: "Jorge Paz" }).waitFor();
});

test("another address waits for its owner, and a proved person's other tickets are a click away", async () => {
  const site = await world.ayuda.site("direcciones");
  await ask(site, "ana@cliente.example", "Quisiera cambiar mi plan");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const panel = await open(agent, "cambiar mi plan");
  await box(panel, "Correo electrónico").fill("ana maria");
  await save(panel).click();
  await eventually("the address is to blame", async () => (await box(panel, "Correo electrónico").getAttribute("aria-invalid")) === "true");
  await box(panel, "Correo electrónico").fill("ana.maria@cliente.example");
  await save(panel).click();
  await panel.getByText("Falta que confirme ana.maria@cliente.example.").waitFor();
  assert.equal(await box(panel, "Correo electrónico").inputValue(), "ana@cliente.example");
  await confirm("ana.maria@cliente.example", () => true);
  await panel.getByText("verificado", { exact: true }).waitFor();
  await eventually("it is the ticket's", async () => (await box(panel, "Correo electrónico").inputValue()) === "ana.maria@cliente.example");
  await panel.getByText("Es su único ticket.").waitFor();
  await ask(site, "ana.maria@cliente.example", "¿Y la factura de mayo?");
  await confirm("ana.maria@cliente.example", (mail) => mail.subject.includes("Recibimos"));
  await agent.page.getByRole("link").filter({ hasText: "factura de mayo" }).click();
  await agent.page.getByRole("log").getByText("¿Y la factura de mayo?").waitFor();
  await panel.getByRole("tab", { name: "Contacto", exact: true }).click();
  const earlier = panel.getByRole("list", { name: "Otros tickets" }).getByRole("link").filter({ hasText: "cambiar mi plan" });
  await earlier.waitFor();
  await accessible(agent.page, "a proved contact");
  await earlier.click();
  await agent.page.getByRole("log").getByText("Quisiera cambiar mi plan").waitFor();
});

test("on a phone the contact is in the dialog, and nothing of it sticks out", async () => {
  const site = await world.ayuda.site("movil", { contactFields: FIELDS });
  await ask(site, "eva@cliente.example", "No me llega el recibo");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const { page } = agent;
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole("link").filter({ hasText: "el recibo" }).click();
  const button = page.getByRole("button", { name: "Datos" });
  const dialog = page.getByRole("dialog", { name: "Datos" });
  await eventually("the dialog is open", async () => (await dialog.isVisible()) || (await button.click(), false));
  await dialog.getByRole("tab", { name: "Propiedades" }).focus();
  await page.keyboard.press("ArrowRight");
  await box(dialog, "Nombre").waitFor();
  await accessible(page, "the contact on a phone");
  await world.shot(page, "contact-phone");
  const widest = await dialog.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
  assert.ok(widest <= 0, `${widest} px stick out`);
  await box(dialog, "Teléfono").fill("300 000 0000");
  await page.keyboard.press("Enter");
  await save(dialog).waitFor({ state: "hidden" });
  await page.keyboard.press("Escape");
  await agent.log.getByText("Lucía Medina cambió: teléfono").waitFor();
});
