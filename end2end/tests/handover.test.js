// Chats that are handed over and shared: RONA, reasons to be away, transfer, conference, by the names that people see.
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

/** Asks an agent by name, in the dialog that this button opens. */
async function ask(agent, what, who) {
  await agent.button(what).click();
  const asked = agent.dialog(what);
  await asked.getByRole("tab", { name: "Agente" }).click();
  await asked.getByRole("searchbox", { name: "Buscar" }).fill(who.split(" ")[0].toLowerCase());
  await asked.getByRole("radio", { name: new RegExp(who) }).check();
  await accessible(agent.page, what);
  await world.shot(agent.page, `handover-${what.toLowerCase()}`);
  await asked.getByRole("textbox", { name: /^Nota/ }).fill("Ya revisé el folio");
  await asked.getByRole("button", { name: what, exact: true }).click();
  await asked.waitFor({ state: "hidden" });
}

test("a transfer stays with its agent until it is accepted, and asks why afterwards", async () => {
  const site = await world.ayuda.site("transfiere");
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, lucia);
  const raul = await world.agent("Raúl Díaz", { sites: [site] });
  await ask(lucia, "Transferir", "Raúl Díaz");
  await lucia.page.getByText("Transferencia a Raúl Díaz pendiente").waitFor();
  await accessible(lucia.page, "a transfer is pending");
  await raul.offer.getByText("Transferencia de Lucía Medina").waitFor();
  await raul.offer.getByText("Ya revisé el folio").waitFor();
  await accessible(raul.page, "a transfer rings");
  await lucia.say("Te paso con un compañero");
  await raul.decline();
  await lucia.page.getByText(/Raúl Díaz rechazó la transferencia/).first().waitFor();
  await lucia.page.getByText("Transferencia a Raúl Díaz pendiente").waitFor({ state: "hidden" });

  await ask(lucia, "Transferir", "Raúl Díaz");
  await raul.accept();
  await raul.hears("Te paso con un compañero");
  await raul.hears("Ya revisé el folio");
  const why = lucia.dialog("Motivo de cierre");
  await why.getByRole("combobox", { name: "Motivo" }).fill("Otro");
  await accessible(lucia.page, "why it was handed over");
  await lucia.page.keyboard.press("Escape");
  await why.waitFor({ state: "hidden" });
  await raul.say("Sigo yo");
  await visitor.hears("Sigo yo");
  assert.equal(await visitor.log.getByText("Ya revisé el folio").count(), 0);
});

test("why it was handed over is asked aside: whoever writes to another visitor writes on", async () => {
  const site = await world.ayuda.site("aparte");
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const first = await world.chat(site, lucia, { message: "El primero" });
  const raul = await world.agent("Raúl Díaz", { sites: [site], state: "Ausente" });
  await world.chat(site, lucia, { message: "El segundo" });
  await lucia.row("El primero").click();
  await lucia.log.getByText("El primero").waitFor();
  await raul.become("Disponible");
  await ask(lucia, "Transferir", "Raúl Díaz");
  await raul.offer.waitFor();
  await lucia.row("El segundo").click();
  await lucia.log.getByText("El segundo").waitFor();
  await lucia.box("Mensaje").focus();
  await lucia.page.keyboard.type("Con mucho ");
  await raul.accept();
  const why = lucia.dialog("Motivo de cierre");
  await why.waitFor();
  await lucia.page.keyboard.type("gusto");
  assert.equal(await lucia.box("Mensaje").inputValue(), "Con mucho gusto");
  await lucia.page.keyboard.press("Enter");
  await lucia.hears("Con mucho gusto");
  await accessible(lucia.page, "asked aside");
  await world.shot(lucia.page, "handed-over-aside");
  await why.getByRole("option", { name: "Resuelto" }).click();
  await why.getByRole("button", { name: "Enviar cierre" }).click();
  await why.waitFor({ state: "hidden" });
  await raul.log.getByText(/Resuelto/).first().waitFor();
  await raul.say("Sigo yo");
  await first.hears("Sigo yo");
});

test("a transfer is taken back, and goes to a queue", async () => {
  const site = await world.ayuda.site("colas", { queues: ["Soporte general", "Facturación"] });
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, lucia);
  const raul = await world.agent("Raúl Díaz", { sites: [site] });
  await lucia.button("Transferir").click();
  const asked = lucia.dialog("Transferir");
  assert.equal(await asked.getByRole("tab", { name: "Cola" }).getAttribute("aria-selected"), "true");
  await asked.getByText(/1 de 1 libres/).first().waitFor();
  await asked.getByRole("radio", { name: /Facturación/ }).check();
  await asked.getByRole("button", { name: "Actualizar" }).click();
  assert.ok(await asked.getByRole("radio", { name: /Facturación/ }).isChecked(), "the choice stays");
  await asked.getByRole("button", { name: "Transferir", exact: true }).click();
  await raul.offer.waitFor();
  await lucia.button("Cancelar transferencia").click();
  await raul.offer.waitFor({ state: "hidden" });
  await lucia.button("Transferir").click();
  await asked.getByRole("radio", { name: /Facturación/ }).check();
  await asked.getByRole("button", { name: "Transferir", exact: true }).click();
  await raul.accept();
  await raul.say("Facturación, dime");
  await visitor.hears("Facturación, dime");
});

test("a transfer that nobody answers, everybody declines or its agent takes back is abandoned, and its agent is told", async () => {
  const site = await world.ayuda.site("abandonada", { queues: ["Soporte general", "Facturación"], limits: { ring_time: "3s" } });
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, lucia);
  const raul = await world.agent("Raúl Díaz", { sites: [site] });
  const note = (text) => lucia.page.getByRole("status").getByText(text).waitFor();
  const happened = (text) => lucia.log.getByText(text).first().waitFor({ state: "attached" });

  await ask(lucia, "Transferir", "Raúl Díaz");
  await note("Raúl Díaz no respondió a la transferencia. El chat sigue contigo.");
  await happened("Transferencia a Raúl Díaz abandonada: sin respuesta");
  await raul.button("Estado: RONA").waitFor();
  await raul.button("Volver a Disponible").click();

  await world.ayuda.site(site, { queues: ["Soporte general", "Facturación"], limits: { ring_time: "2m" } });
  await ask(lucia, "Transferir", "Raúl Díaz");
  await raul.offer.waitFor();
  await lucia.button("Cancelar transferencia").click();
  await happened("Transferencia a Raúl Díaz abandonada: cancelada");
  await raul.offer.waitFor({ state: "hidden" });

  // One round through the queue's agents.
  const omar = await world.agent("Omar Gil", { sites: [site] });
  await lucia.button("Transferir").click();
  const asked = lucia.dialog("Transferir");
  await asked.getByRole("radio", { name: /Facturación/ }).check();
  await asked.getByRole("button", { name: "Transferir", exact: true }).click();
  for (let left = 2; left > 0; left--) {
    const rings = await eventually("it rings", async () => ((await raul.offer.isVisible()) ? raul : (await omar.offer.isVisible()) && omar));
    await rings.decline();
  }
  await note("Nadie de Facturación pudo tomar el chat. Sigue contigo.");
  await happened("Transferencia a Facturación abandonada: nadie disponible");
  await lucia.say("Sigo yo");
  await visitor.hears("Sigo yo");
});

test("who was cut off while a transfer was under way reads what became of it", async () => {
  const site = await world.ayuda.site("a-ciegas", { limits: { ring_time: "2m" } });
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, lucia);
  const raul = await world.agent("Raúl Díaz", { sites: [site] });
  const pending = lucia.page.getByText("Transferencia a Raúl Díaz pendiente");
  const cut = lucia.page.getByText("Sin conexión. Reconectando…");
  await ask(lucia, "Transferir", "Raúl Díaz");
  await raul.offer.waitFor();
  await lucia.line.cut();
  await cut.waitFor();
  await raul.decline();
  assert.ok(await pending.isVisible(), "nobody could tell");
  lucia.line.mend();
  await pending.waitFor({ state: "hidden" });
  await lucia.log.getByText("Transferencia a Raúl Díaz abandonada: rechazada").first().waitFor({ state: "attached" });

  await ask(lucia, "Transferir", "Raúl Díaz");
  await raul.offer.waitFor();
  await lucia.line.cut();
  await cut.waitFor();
  await raul.accept();
  await raul.say("Sigo yo");
  await visitor.hears("Sigo yo");
  lucia.line.mend();
  await lucia.page.getByText("Lo atiende Raúl Díaz.").waitFor();
  await lucia.hears("Sigo yo");
});

test("a transfer that rings outlives a restart of the server", async () => {
  const site = await world.ayuda.site("reinicio", { limits: { ring_time: "2m" } });
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, lucia);
  const raul = await world.agent("Raúl Díaz", { sites: [site] });
  await ask(lucia, "Transferir", "Raúl Díaz");
  await raul.offer.waitFor();
  await world.ayuda.kill();
  for (const agent of [lucia, raul]) await agent.page.getByText("Sin conexión. Reconectando…").waitFor();
  await world.ayuda.serve();
  for (const agent of [lucia, raul]) await agent.page.getByText("Sin conexión. Reconectando…").waitFor({ state: "hidden" });
  await lucia.page.getByText("Transferencia a Raúl Díaz pendiente").waitFor();
  await lucia.say("Sigo aquí mientras contesta");
  await raul.offer.getByText("Transferencia de Lucía Medina").waitFor();
  await raul.accept();
  await raul.hears("Sigo aquí mientras contesta");
  await lucia.dialog("Motivo de cierre").waitFor();
  await raul.say("Ya estoy");
  await visitor.hears("Ya estoy");
});

test("a guest whose line is cut has missed nothing, and all are out when the owner ends the chat", async () => {
  const site = await world.ayuda.site("los-tres");
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, lucia);
  const raul = await world.agent("Raúl Díaz", { sites: [site] });
  await ask(lucia, "Conferencia", "Raúl Díaz");
  await lucia.log.getByText("Conferencia solicitada").first().waitFor({ state: "attached" });
  await raul.accept();
  await visitor.hears("Raúl Díaz se ha unido");
  await raul.line.cut();
  await raul.page.getByText("Sin conexión. Reconectando…").waitFor();
  await raul.say("Escrito sin línea");
  await visitor.say("Somos tres");
  await lucia.say("Y nos leemos");
  raul.line.mend();
  for (const log of [lucia.log, raul.log, visitor.log]) {
    for (const text of ["Escrito sin línea", "Somos tres", "Y nos leemos"]) {
      await log.getByText(text, { exact: true }).waitFor();
      assert.equal(await log.getByText(text, { exact: true }).count(), 1, text);
    }
  }
  await lucia.button("Finalizar conferencia").click();
  await lucia.dialog("Finalizar conferencia").getByRole("button", { name: "Finalizar el chat" }).click();
  const why = lucia.dialog("Motivo de cierre");
  await why.getByRole("option", { name: "Resuelto" }).click();
  await why.getByRole("button", { name: "Enviar cierre" }).click();
  await visitor.panel.getByRole("heading", { name: "Conversación terminada" }).waitFor();
  for (const agent of [lucia, raul]) {
    await agent.log.getByText("Chat finalizado · Resuelto").first().waitFor();
    await agent.button("Reabrir").waitFor();
  }
});

test("a conference has three, is left by its guest, and ended by its owner", async () => {
  const site = await world.ayuda.site("conferencia");
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, lucia);
  const raul = await world.agent("Raúl Díaz", { sites: [site] });
  await ask(lucia, "Conferencia", "Raúl Díaz");
  await lucia.page.getByText("Conferencia con Raúl Díaz pendiente").waitFor();
  await raul.accept();
  await visitor.hears("Raúl Díaz se ha unido");
  await lucia.page.getByText("Conferencia con Raúl Díaz", { exact: true }).waitFor();
  await raul.page.getByText("Conferencia: el chat es de Lucía Medina").waitFor();
  await raul.say("Hola, soy Raúl");
  await visitor.hears("Hola, soy Raúl");
  await lucia.hears("Hola, soy Raúl");
  await accessible(raul.page, "a guest");
  await world.shot(lucia.page, "conference");
  await raul.button("Salir de conferencia").click();
  await lucia.log.getByText("Raúl Díaz ha salido").first().waitFor();
  await lucia.button("Conferencia").waitFor();

  await ask(lucia, "Conferencia", "Raúl Díaz");
  await raul.accept();
  await lucia.button("Finalizar conferencia").click();
  const ending = lucia.dialog("Finalizar conferencia");
  await accessible(lucia.page, "what is to end");
  await ending.getByRole("button", { name: "Terminar solo la conferencia con Raúl Díaz" }).click();
  await lucia.button("Conferencia").waitFor();
  await lucia.say("Seguimos tú y yo");
  await visitor.hears("Seguimos tú y yo");
});

test("who lets a chat ring is in RONA, is told why, and comes back by hand", async () => {
  const site = await world.ayuda.site("rona", { limits: { ring_time: "2s" } });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "¿Hay alguien?" });
  await agent.button("Estado: RONA").waitFor();
  await agent.page.getByRole("alert").getByText(/No contestaste CO-\d+/).waitFor();
  await accessible(agent.page, "RONA");
  await world.shot(agent.page, "rona");
  // It is accepted at the second ring, however slow this machine is: that lasts longer.
  await world.ayuda.site(site, { name: "Sin prisa", limits: { ring_time: "2m" } });
  await eventually("the running server knows", async () => (await (await fetch(`${world.ayuda.origin}/w/${site}`)).text()).includes("Sin prisa"));
  await agent.button("Volver a Disponible").click();
  await agent.button("Estado: Disponible").waitFor();
  await agent.accept();
});

test("who leaves learns what becomes of the chats that wait, and says why", async () => {
  const site = await world.ayuda.site("ausente", { limits: { ring_time: "2m" } });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "Espero" });
  await agent.offer.waitFor();
  await agent.state.click();
  await agent.page.getByRole("menuitem", { name: "Comida" }).click();
  const asked = agent.dialog("Hay chats esperando");
  await asked.getByText("1 chat en espera").waitFor();
  await accessible(agent.page, "leaving");
  await asked.getByRole("button", { name: "Seguir disponible" }).click();
  await agent.button("Estado: Disponible").waitFor();
  await agent.state.click();
  await agent.page.getByRole("menuitem", { name: "Comida" }).click();
  await asked.getByRole("button", { name: "Pasar a Ausente" }).click();
  await agent.button("Estado: Ausente").waitFor();
  await agent.state.getByText("Comida", { exact: true }).waitFor();
  await eventually("it is a request", async () => (await agent.page.getByRole("list", { name: /^Solicitudes/ }).getByRole("link").count()) === 1);
});
