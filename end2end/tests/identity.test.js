// A host page that signs who its visitor is: that person's tickets are in the panel, on any device, and leave it with the person.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import { accessible } from "../support/axe.js";
import { eventually } from "../support/wait.js";
import { Visitor } from "../support/visitor.js";
import { World } from "../support/world.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

/** As the owner's server does it. */
async function signed(site, { id, email, name, expires = Math.floor(Date.now() / 1000) + 3600 }) {
  const secret = (await world.ayuda.run(["site", "secret", site])).trim();
  const signature = createHmac("sha256", secret).update(`${id}\n${email}\n${expires}`).digest("hex");
  return { id, email, name, expires, signature };
}

const identify = (visitor, who) => visitor.page.evaluate((who) => window.ayuda("identify", who), who);
const list = (visitor) => visitor.panel.getByRole("list", { name: "Conversaciones" });
const items = (visitor) => list(visitor).getByRole("listitem");

/** A request of this address, sent by somebody on another device. */
async function request(site, email, message) {
  const body = new URLSearchParams({ email, message });
  const answer = await fetch(`${world.ayuda.origin}/w/${site}/requests`, { method: "POST", body, headers: { accept: "application/json" } });
  assert.equal(answer.status, 201);
  return (await answer.json()).number;
}

/** What the panel's own storage holds of the site. */
const stored = async (visitor) => (await visitor.frame()).evaluate(() => JSON.stringify({ ...localStorage }));

/** A visitor on a page that signs, with the panel open. */
async function arrives(site, who, options) {
  const visitor = await world.visitor(site, options);
  await visitor.button.waitFor();
  await identify(visitor, who);
  await visitor.show();
  return visitor;
}

test("who is signed has a list of their tickets, opens one with the keyboard and begins another", async () => {
  const site = await world.ayuda.site("lista");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const ana = await signed(site, { id: "42", email: "ana@example.com", name: "Ana" });
  const first = await request(site, "ana@example.com", "¿Dónde está mi factura?");
  const second = await request(site, "Ana@Example.com", "Otra pregunta");
  await request(site, "eva@example.com", "De otra persona");
  const visitor = await arrives(site, ana);
  await list(visitor).waitFor();
  assert.equal(await items(visitor).count(), 2);
  assert.match(await items(visitor).first().innerText(), new RegExp(`Otra pregunta\\s+${second}\\s+Abierto`));
  await accessible(await visitor.frame(), "the list");
  const chosen = visitor.panel.getByRole("button", { name: new RegExp(first) });
  await chosen.focus();
  await visitor.page.keyboard.press("Enter");
  await visitor.log.getByText("¿Dónde está mi factura?").waitFor();
  await eventually("the focus is on the title", async () => (await visitor.focus()) === "title");
  await visitor.say("Soy Ana");
  await visitor.menu("Nueva conversación");
  await visitor.press("Tus conversaciones");
  await list(visitor).getByText("Soy Ana").waitFor();
  await visitor.press("Nueva conversación");
  await visitor.box("Mensaje").fill("Una tercera");
  await visitor.press("Iniciar chat");
  await visitor.log.getByText("Una tercera").waitFor();
  await agent.accept();
  // The site has proved whose address it is.
  await agent.page.getByRole("tab", { name: "Contacto", exact: true }).click();
  await agent.page.getByText("verificado", { exact: true }).waitFor();
});

test("what an agent wrote is unread in the list until its ticket was opened", async () => {
  const site = await world.ayuda.site("noleidos");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const eva = await signed(site, { id: "7", email: "eva@example.com" });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  await identify(visitor, eva);
  await visitor.startChat({ name: "Eva", message: "¿Hay alguien?" });
  await agent.accept();
  await agent.say("Ya te leo");
  await visitor.hears("Ya te leo");
  await visitor.page.close();
  await agent.say("¿Sigues ahí?");
  // Another device: nothing is kept there.
  const phone = await arrives(site, eva, { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
  await list(phone).getByText("Sin leer").waitFor();
  await accessible(await phone.frame(), "the list on a phone");
  await items(phone).first().getByRole("button").tap();
  await phone.hears("¿Sigues ahí?");
});

test("a logout and another person take the tickets off the screen and out of the storage, in every tab", async () => {
  const site = await world.ayuda.site("salida");
  const ana = await signed(site, { id: "42", email: "ana.salida@example.com" });
  const eva = await signed(site, { id: "43", email: "eva.salida@example.com" });
  const anas = await request(site, ana.email, "Lo de Ana");
  const evas = await request(site, eva.email, "Lo de Eva");
  const visitor = await arrives(site, ana);
  await visitor.panel.getByRole("button", { name: new RegExp(anas) }).click();
  await visitor.log.getByText("Lo de Ana").waitFor();
  const tab = await Visitor.arrive(world, visitor.context, site);
  await tab.button.waitFor();
  await identify(tab, ana);
  await tab.show();
  await tab.log.getByText("Lo de Ana").waitFor();
  assert.match(await stored(visitor), new RegExp(anas));
  // Another person in the first tab.
  await identify(visitor, eva);
  await visitor.panel.getByRole("button", { name: new RegExp(evas) }).waitFor();
  assert.equal(await visitor.panel.getByText("Lo de Ana").count(), 0);
  await tab.panel.getByRole("button", { name: "Enviar solicitud" }).waitFor();
  assert.equal(await tab.panel.getByText("Lo de Ana").count(), 0);
  assert.doesNotMatch(await stored(visitor), new RegExp(`${anas}|"42"`));
  // And nobody any more.
  await visitor.page.evaluate(() => window.ayuda("logout"));
  await visitor.panel.getByRole("button", { name: "Enviar solicitud" }).waitFor();
  assert.equal(await items(visitor).count(), 0);
  assert.doesNotMatch(await stored(visitor), new RegExp(`${evas}|"43"`));
});

test("a tab that was left open brings back nobody who has logged out, and wipes nobody who came since", async () => {
  const site = await world.ayuda.site("pestana");
  const ana = await signed(site, { id: "42", email: "ana.pestana@example.com", name: "Ana" });
  const eva = await signed(site, { id: "43", email: "eva.pestana@example.com", name: "Eva" });
  await request(site, ana.email, "Lo de Ana");
  const evas = await request(site, eva.email, "Lo de Eva");
  // Its frame comes after all that happens in the other tab.
  const visitor = await arrives(site, ana);
  const old = await Visitor.arrive(world, visitor.context, site);
  await old.button.waitFor();
  await identify(old, ana);
  await list(visitor).waitFor();
  await visitor.page.evaluate(() => window.ayuda("logout"));
  await visitor.panel.getByRole("button", { name: "Enviar solicitud" }).waitFor();
  await old.show();
  await old.hydrated();
  await old.box("Mensaje").fill("¿Quién es?");
  assert.equal(await items(old).count(), 0);
  assert.equal(await old.box("Nombre").inputValue(), "");
  assert.doesNotMatch(await stored(old), /"42"/);
  // Who says so in the same breath as the logout is somebody.
  await visitor.page.evaluate((who) => { window.ayuda("logout"); window.ayuda("identify", who); }, eva);
  await visitor.panel.getByRole("button", { name: new RegExp(evas) }).click();
  await visitor.log.getByText("Lo de Eva").waitFor();
  const older = await Visitor.arrive(world, visitor.context, site);
  await older.button.waitFor();
  await older.page.evaluate((who) => {
    const { now } = Date;
    Date.now = () => now() - 60_000; // it was left open a minute ago
    window.ayuda("identify", who);
    Date.now = now;
  }, ana);
  await older.show();
  await older.log.getByText("Lo de Eva").waitFor();
  assert.match(await stored(visitor), new RegExp(evas));
});

test("forged and expired signatures leave the form as anybody has it", async () => {
  const site = await world.ayuda.site("falsas");
  const ana = await signed(site, { id: "42", email: "ana.falsas@example.com" });
  await request(site, ana.email, "Lo de Ana");
  const expired = await signed(site, { ...ana, expires: Math.floor(Date.now() / 1000) - 1 });
  for (const who of [{ ...ana, signature: "ab".repeat(32) }, { ...ana, id: "43" }, expired]) {
    const visitor = await world.visitor(site);
    await visitor.button.waitFor();
    await identify(visitor, who);
    const answered = visitor.page.waitForResponse((answer) => answer.url().endsWith(`/w/${site}/tickets`));
    await visitor.open();
    assert.equal(await (await answered).text(), '{"tickets":[],"after":null}');
    await visitor.box("Mensaje").fill("Sigo aquí");
    assert.equal(await visitor.panel.getByRole("button", { name: "Tus conversaciones" }).count(), 0);
  }
});
