// How chats end that nobody ends: by inactivity, and because a queue or an agent was removed.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { accessible } from "../support/axe.js";
import { World } from "../support/world.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

test("who says nothing is warned, goes on by writing, and else the chat ends", async () => {
  const site = await world.ayuda.site("calla", { limits: { idle_limit: "10s" } });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, agent);
  await agent.say("¿Me das el folio?");
  await visitor.hears("¿Sigues ahí? Si no escribes, este chat terminará pronto.");
  await agent.log.getByText("Aviso de inactividad").first().waitFor({ state: "attached" });
  await visitor.say("Aquí sigo");
  await agent.hears("Aquí sigo");
  await agent.say("Bien, ¿el folio?");
  await visitor.panel.getByRole("heading", { name: "Conversación terminada" }).waitFor();
  await agent.log.getByText("Chat finalizado por inactividad").first().waitFor({ state: "attached" });
  assert.equal(await visitor.log.getByText("¿Sigues ahí?").count(), 2, "warned each time");
  await visitor.panel.getByRole("radiogroup", { name: "Valoración" }).waitFor();
  await agent.button("Reabrir").waitFor();
});

test("when a queue is removed, both are told, write no more, and the agent ends the chat", async () => {
  const site = await world.ayuda.site("sin-cola", { queues: ["Soporte general", "Ventas"] });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, agent);
  const waits = await world.visitor(site);
  await waits.startChat({ message: "Yo espero" });
  const file = join(world.ayuda.data, "removed.toml");
  await writeFile(file, `key = "${site}"\n[[queues]]\nname = "Soporte general"\nremoved = true\n[[queues]]\nname = "Ventas"\n`);
  await world.ayuda.run(["site", "apply", file]);
  await visitor.hears("Esta área se dio de baja.");
  await visitor.box("Mensaje").waitFor({ state: "hidden" });
  await agent.page.getByText("La cola se dio de baja: solo puedes finalizar este chat.").waitFor();
  await agent.box("Mensaje").waitFor({ state: "hidden" });
  for (const name of ["Transferir", "Conferencia"]) assert.equal(await agent.button(name).isVisible(), false, name);
  await accessible(agent.page, "queue removed");
  await agent.offer.waitFor({ state: "hidden" });
  await agent.page.getByRole("list", { name: /^Solicitudes/ }).getByRole("link").filter({ hasText: "Yo espero" }).waitFor();
  await agent.end();
  await visitor.panel.getByRole("heading", { name: "Conversación terminada" }).waitFor();
});

test("when an agent is removed, visitor and guest are told, write no more, and the guest ends the chat", async () => {
  const site = await world.ayuda.site("sin-agente");
  const lucia = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, lucia);
  const raul = await world.agent("Raúl Díaz", { sites: [site] });
  await lucia.button("Conferencia").click();
  const asked = lucia.dialog("Conferencia");
  await asked.getByRole("tab", { name: "Agente" }).click();
  await asked.getByRole("radio", { name: /Raúl Díaz/ }).check();
  await asked.getByRole("button", { name: "Conferencia", exact: true }).click();
  await raul.accept();
  await visitor.hears("Raúl Díaz se ha unido");
  await world.ayuda.run(["agent", "remove", lucia.email]);
  await visitor.hears("Tu agente ya no está en el equipo.");
  await visitor.box("Mensaje").waitFor({ state: "hidden" });
  await raul.page.getByText("El agente de este chat se dio de baja: solo puedes finalizarlo.").waitFor();
  await raul.box("Mensaje").waitFor({ state: "hidden" });
  await accessible(raul.page, "agent removed");
  await lucia.page.getByText("Tu sesión terminó.").waitFor();
  await raul.end();
  await visitor.panel.getByRole("heading", { name: "Conversación terminada" }).waitFor();
});
