// The ticket's page while it is open: what comes, what its buttons do, where its chat goes on, and how its link ends.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessible } from "../support/axe.js";
import { lacks } from "../support/engines.js";
import { eventually } from "../support/wait.js";
import { World } from "../support/world.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

const LINK = /http\S+\/t\/\S+\?k=\S+/;

/** A request, and the link that is mailed about it. */
async function ask(site, email, message) {
  await world.post(site, "requests", { email, message });
  return LINK.exec((await world.mail.find(email)).text)[0];
}

async function open(link, options = {}) {
  const context = await world.context(options);
  const page = await context.newPage();
  await page.goto(link);
  return page;
}

const button = (page, name) => page.getByRole("button", { name, exact: true });
const reply = (page) => page.getByRole("textbox", { name: "Responder", exact: true });
const row = (agent, text) => agent.page.getByRole("link").filter({ hasText: text });

test("what an agent answers comes by itself, is heard once, and takes nothing that is being typed", async () => {
  const site = await world.ayuda.site("enlinea");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const page = await open(await ask(site, "marta@enlinea.example", "No puedo entrar"), { viewport: { width: 360, height: 740 } });
  await reply(page).pressSequentially("Otra cosa que");
  await row(agent, "No puedo entrar").click();
  await agent.hears("No puedo entrar");
  await agent.answer("Ya puedes entrar.");
  const history = page.getByRole("region", { name: "Historial" });
  await history.getByText("Ya puedes entrar.").waitFor();
  assert.equal(await reply(page).inputValue(), "Otra cosa que");
  const news = page.getByRole("log");
  assert.equal(await news.getByText("Ya puedes entrar.").count(), 1);
  await page.getByRole("list", { name: "Estado del ticket" }).getByText("atendido").waitFor();
  // The time is in the reader's zone, as those that were there from the beginning.
  await history.getByText(/Hoy, /).last().waitFor();
  await agent.answer("¿Algo más?");
  await history.getByText("¿Algo más?").waitFor();
  assert.equal(await history.getByText("Ya puedes entrar.").count(), 1);
  assert.equal(await news.getByText("Ya puedes entrar.").count(), 1);
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
  await accessible(page, "a ticket page to which something came");
  await world.shot(page, "ticket-page-live");
});

test("a ticket is settled and opened again, with scripts and without", async () => {
  const site = await world.ayuda.site("resuelto");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const link = await ask(site, "marta@resuelto.example", "Se arregló solo");
  for (const javaScriptEnabled of lacks("scriptless") ? [true] : [true, false]) {
    const page = await open(link, { javaScriptEnabled });
    await button(page, "Marcar como resuelto").click();
    await page.getByRole("status").getByText("Listo: tu ticket quedó cerrado.").waitFor();
    assert.equal(await button(page, "Marcar como resuelto").count(), 0);
    await agent.tab("Cerradas").click();
    await row(agent, "Se arregló solo").waitFor();
    await button(page, "Reabrir").click();
    await page.getByRole("status").getByText("Listo: tu ticket está abierto otra vez.").waitFor();
    await button(page, "Marcar como resuelto").waitFor();
    await agent.tab("Abiertas").click();
    await row(agent, "Se arregló solo").waitFor();
  }
});

test("the chat goes on in the panel on the same ticket, while the desk is open", async () => {
  const site = await world.ayuda.site("sigue");
  const link = await ask(site, "marta@sigue.example", "Prefiero hablarlo");
  const page = await open(link);
  await reply(page).waitFor();
  assert.equal(await button(page, "Seguir en chat").count(), 0, "nobody is there");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  // It comes by itself when somebody is.
  await button(page, "Seguir en chat").waitFor();
  const other = await page.context().newPage();
  await other.goto(page.url());
  await button(other, "Seguir en chat").click();
  const log = other.getByRole("log", { name: "Conversación" });
  await log.getByText("Prefiero hablarlo").waitFor();
  assert.ok(!other.url().includes("k=") && other.url().includes(`/w/${site}`), other.url());
  await page.getByText("Tu chat está en espera").waitFor();
  await agent.accept();
  await agent.hears("Prefiero hablarlo");
  await page.getByText("Lucía Medina te atiende ahora en el chat.").waitFor();
  await agent.say("Aquí estoy.");
  await log.getByText("Aquí estoy.").waitFor();
  await page.getByRole("region", { name: "Historial" }).getByText("Aquí estoy.").waitFor();
  // Loaded anew it is still there.
  await other.reload();
  await log.getByText("Aquí estoy.").waitFor();
});

test("a renewed link ends open pages, and another is asked for there", async () => {
  const site = await world.ayuda.site("renovado");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const email = "marta@renovado.example";
  const page = await open(await ask(site, email, "Reenvié mi enlace"));
  await reply(page).pressSequentially("Lo que iba a decir");
  await row(agent, "Reenvié mi enlace").click();
  await agent.page.getByRole("tab", { name: "Contacto", exact: true }).click();
  await button(agent.page, "Renovar enlace").click();
  await agent.page.getByText("El enlace anterior ya no sirve. Enviamos el nuevo por correo.").waitFor();
  await agent.hears("Lucía Medina renovó el enlace del ticket");
  await page.getByText("Este enlace no abre ningún ticket").waitFor();
  const renewed = (mail) => mail.subject.includes("Tu enlace al ticket");
  const first = await world.mail.find(email, renewed);
  await page.getByRole("textbox", { name: "Correo electrónico", exact: true }).fill(email);
  await button(page, "Enviarme un enlace").click();
  await page.getByText("recibirás ahí un enlace nuevo").waitFor();
  await eventually("another mail", () => world.mail.mails.filter((mail) => mail.to.includes(email) && renewed(mail)).length === 2);
  await page.goto(LINK.exec(first.text)[0]);
  await page.getByText("Reenvié mi enlace").first().waitFor();
  assert.equal(await reply(page).inputValue(), "Lo que iba a decir", "what was typed waited");
});
