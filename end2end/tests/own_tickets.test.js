// A visitor's own tickets: entered by a mailed link, listed, opened, and a new one made; without scripts, too.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessible } from "../support/axe.js";
import { lacks } from "../support/engines.js";
import { World } from "../support/world.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

const button = (page, name) => page.getByRole("button", { name, exact: true });
const box = (page, name) => page.getByRole("textbox", { name, exact: true });
const FILE = { name: "nota.txt", mimeType: "text/plain", buffer: Buffer.from("hola") };

/** Signs in with a mailed link, from the panel's link on. */
async function signIn(page, site, email) {
  await page.goto(`${world.ayuda.origin}/w/${site}/tickets`);
  await box(page, "Correo electrónico").fill(email);
  await button(page, "Enviarme un enlace").click();
  await page.getByRole("status").getByText("recibirás un enlace para entrar").waitFor();
  const mail = await world.mail.find(email, (mail) => mail.subject.includes("Entra a tus tickets"));
  await page.goto(/http\S+\/tickets\/enter\?k=\S+/.exec(mail.text)[0]);
  assert.equal(new URL(page.url()).search, "", "the token does not stay in the address");
  await page.getByText(`Vas a ver los tickets de ${email}.`).waitFor();
  await button(page, "Entrar").click();
  await page.getByRole("heading", { name: /^Tus tickets en / }).waitFor();
}

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with scripts" : "without scripts";
  test(`own tickets ${how}: listed, opened, settled, and a new one made`, { skip: !javaScriptEnabled && lacks("scriptless") }, async () => {
    const site = await world.ayuda.site(`mios${javaScriptEnabled ? "si" : "no"}`);
    const email = `marta@mios${javaScriptEnabled}.example`;
    const agent = await world.agent("Lucía Medina", { sites: [site] });
    const number = await world.post(site, "requests", { name: "Marta Ríos", email, message: "No puedo entrar" });
    const context = await world.context({ javaScriptEnabled, viewport: { width: 360, height: 740 }, colorScheme: javaScriptEnabled ? "dark" : "light" });
    const page = await context.newPage();
    await signIn(page, site, email);
    const list = page.getByRole("list", { name: "Tus tickets" });
    await list.getByText("No puedo entrar").waitFor();
    await list.getByText("pendiente").waitFor();
    await list.getByText("de Marta Ríos").waitFor();
    if (javaScriptEnabled) {
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
      await accessible(page, "own tickets");
      await world.shot(page, "own-tickets");
    }

    await page.getByRole("link", { name: "Nuevo ticket" }).click();
    await box(page, "Título").fill("No imprime");
    await page.getByRole("combobox", { name: "Tipo" }).selectOption({ label: "Técnico" });
    await button(page, "Crear ticket").click();
    await page.getByRole("alert").waitFor();
    assert.equal(await box(page, "Título").inputValue(), "No imprime");
    await box(page, "Descripción").fill("Se atasca el papel");
    await page.getByLabel("Archivos adjuntos").setInputFiles(FILE);
    if (javaScriptEnabled) {
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
      await accessible(page, "a new ticket of one's own");
    }
    await button(page, "Crear ticket").click();
    await list.getByText("No imprime").waitFor();
    await agent.page.getByRole("link").filter({ hasText: "No imprime" }).click();
    await agent.hears("Se atasca el papel");
    await agent.hears("nota.txt");
    await agent.page.getByRole("tab", { name: "Contacto", exact: true }).click();
    await agent.page.getByText("verificado", { exact: true }).first().waitFor();

    await list.getByRole("button", { name: new RegExp(number) }).click();
    await page.getByText("No puedo entrar").first().waitFor();
    await button(page, "Marcar como resuelto").click();
    await page.getByRole("status").getByText("Listo: tu ticket quedó cerrado.").waitFor();
    await page.getByRole("link", { name: "Ver mis tickets" }).click();
    await list.getByText("finalizado").waitFor();
    await button(page, "Cerrar sesión").click();
    await box(page, "Correo electrónico").waitFor();
    assert.equal(await page.getByText("No imprime").count(), 0);
  });
}

test("the panel leads to one's own tickets", async () => {
  const site = await world.ayuda.site("llevan", { weekly: {} });
  const visitor = await world.visitor(site);
  await visitor.open();
  const link = visitor.panel.getByRole("link", { name: "Ver mis tickets" });
  assert.match(await link.getAttribute("href"), new RegExp(`/w/${site}/tickets`));
});
