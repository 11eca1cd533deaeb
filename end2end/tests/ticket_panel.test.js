// *Propiedades*: what agents set of a ticket, beside the conversation and over it, saved together.
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

const choice = (at, name) => at.getByRole("combobox", { name, exact: true });
const box = (at, name) => at.getByRole("textbox", { name, exact: true });
const chosen = async (select) => (await select.locator("option:checked").textContent()).trim();
const save = (at) => at.getByRole("button", { name: "Guardar", exact: true });
const facts = (agent) => agent.page.getByRole("complementary", { name: "Datos" });

async function open(agent, text) {
  await agent.page.getByRole("link").filter({ hasText: text }).click();
  await choice(facts(agent), "Estado").waitFor();
}

test("what is saved together is one entry and one mail, and is there for everybody", async () => {
  const site = await world.ayuda.site("propiedades", { queues: ["Soporte general", "Facturación"] });
  await ask(site, "jorge@cliente.example", "El reporte anual sale en blanco");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  await open(agent, "El reporte anual");
  const panel = facts(agent);
  await panel.getByRole("tab", { name: "Propiedades", exact: true, selected: true }).waitFor();
  assert.equal(await chosen(choice(panel, "Estado")), "pendiente");
  assert.equal(await chosen(choice(panel, "Prioridad")), "media");
  assert.equal(await save(panel).count(), 0, "nothing is to be saved");
  await choice(panel, "Estado").selectOption({ label: "atendido" });
  await choice(panel, "Prioridad").selectOption({ label: "muy urgente" });
  await choice(panel, "Tipo").selectOption({ label: "Técnico" });
  await choice(panel, "Agente").selectOption({ label: "Lucía Medina" });
  await choice(panel, "Cola").selectOption({ label: "Facturación" });
  await box(panel, "Asunto").fill("Reporte anual");
  await box(panel, "Observaciones").fill("Cliente con plan Pyme");
  await accessible(agent.page, "properties that are changed");
  await world.shot(agent.page, "properties");
  await save(panel).click();
  await agent.log.getByText("Lucía Medina cambió: cola: Soporte general → Facturación · prioridad: media → muy urgente · tipo: ninguno → Técnico").waitFor();
  await save(panel).waitFor({ state: "hidden" });
  await panel.getByRole("heading", { name: "Reporte anual" }).waitFor();
  const mail = await world.mail.find("jorge@cliente.example", (mail) => mail.subject.includes("atendido"));
  assert.match(mail.subject, /CO-1001/);
  // It is in the list of its view with its priority.
  await agent.page.getByRole("tab", { name: "En espera", exact: true }).click();
  await agent.page.getByRole("link").filter({ hasText: "Reporte anual" }).getByText("muy urgente").waitFor();
  // Something that is mailed later shows that no second mail came before it.
  await choice(panel, "Estado").selectOption({ label: "finalizado" });
  await save(panel).click();
  await world.mail.find("jorge@cliente.example", (mail) => mail.subject.includes("finalizado"));
  const states = world.mail.mails.filter((mail) => mail.to.includes("jorge@cliente.example") && mail.subject.includes("atendido"));
  assert.equal(states.length, 1, "one mail of the state");
  await agent.page.reload();
  await choice(panel, "Tipo").waitFor();
  await eventually("everything is as it was saved", async () => (await chosen(choice(panel, "Tipo"))) === "Técnico" && (await box(panel, "Observaciones").inputValue()) === "Cliente con plan Pyme");
});

test("what is typed stays when a colleague changes the ticket, and a refusal stands at its field", async () => {
  const site = await world.ayuda.site("colegas");
  await ask(site, "ana@cliente.example", "Quisiera cambiar mi plan");
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const raul = await world.agent("Raúl Peña", { sites: [site] });
  await open(lucia, "cambiar mi plan");
  await open(raul, "cambiar mi plan");
  await box(facts(lucia), "Observaciones").fill("A medio escribir");
  await choice(facts(raul), "Prioridad").selectOption({ label: "alta" });
  await save(facts(raul)).click();
  const panel = facts(lucia);
  await panel.getByText("Hay cambios.").waitFor();
  assert.equal(await chosen(choice(panel, "Prioridad")), "media");
  await panel.getByRole("button", { name: "Actualizar" }).click();
  await eventually("the priority is the colleague's", async () => (await chosen(choice(panel, "Prioridad"))) === "alta");
  assert.equal(await box(panel, "Observaciones").inputValue(), "A medio escribir");
  // A page that is loaded anew has it too, and what was saved is stored no longer.
  await lucia.page.reload();
  await eventually("what was typed is there again", async () => (await box(panel, "Observaciones").inputValue()) === "A medio escribir");
  await save(panel).waitFor();
  await box(panel, "Observaciones").fill("x".repeat(4001));
  await save(panel).click();
  await panel.getByRole("alert").getByText("4000").waitFor();
  assert.equal(await box(panel, "Observaciones").getAttribute("aria-invalid"), "true");
  await box(panel, "Observaciones").fill("Ya está");
  await save(panel).click();
  await lucia.log.getByText("Lucía Medina cambió: observaciones").waitFor();
  await eventually("the colleague reads it", async () => (await box(facts(raul), "Observaciones").inputValue()) === "Ya está");
  const stored = () => lucia.page.evaluate(() => Object.keys(localStorage).filter((key) => key.includes(":properties:")).length);
  await eventually("nothing is kept of what was saved", async () => (await stored()) === 0);
});

test("on a phone it is a dialog, by the keyboard alone, and another ticket does not lose what is typed", async () => {
  const site = await world.ayuda.site("bolsillo");
  await ask(site, "eva@cliente.example", "No me llega el recibo");
  await ask(site, "iris@cliente.example", "¿Abren mañana?");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const { page } = agent;
  await page.setViewportSize({ width: 360, height: 740 });
  await page.getByRole("link").filter({ hasText: "el recibo" }).click();
  const button = page.getByRole("button", { name: "Datos" });
  const dialog = page.getByRole("dialog", { name: "Datos" });
  await eventually("the dialog is open", async () => (await dialog.isVisible()) || (await button.click(), false));
  await choice(dialog, "Estado").waitFor();
  await accessible(page, "the properties on a phone");
  await world.shot(page, "properties-phone");
  const widest = await dialog.evaluate((dialog) => dialog.scrollWidth - dialog.clientWidth);
  assert.ok(widest <= 0, `${widest} px stick out`);
  await dialog.getByRole("tab", { name: "Propiedades" }).focus();
  await page.keyboard.press("ArrowRight");
  await dialog.getByRole("tab", { name: "Contacto", selected: true }).waitFor();
  await eventually("it names who asks", async () => (await box(dialog, "Correo electrónico").inputValue()) === "eva@cliente.example");
  await page.keyboard.press("ArrowLeft");
  await box(dialog, "Observaciones").fill("Llamar el lunes");
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "hidden" });
  await page.getByRole("link", { name: "Volver a la bandeja" }).click();
  await page.getByRole("link").filter({ hasText: "¿Abren mañana?" }).click();
  await page.getByRole("log").getByText("¿Abren mañana?").waitFor();
  await page.getByRole("link", { name: "Volver a la bandeja" }).click();
  await page.getByRole("link").filter({ hasText: "el recibo" }).click();
  await button.click();
  assert.equal(await box(dialog, "Observaciones").inputValue(), "Llamar el lunes");
  await box(dialog, "Observaciones").focus();
  await page.keyboard.press("Tab");
  await eventually("the keyboard is on the button", () => save(dialog).evaluate((button) => button === document.activeElement));
  await page.keyboard.press("Enter");
  await save(dialog).waitFor({ state: "hidden" });
  await page.keyboard.press("Escape");
  await agent.log.getByText("Lucía Medina cambió: observaciones").waitFor();
});
