// Three languages, light and dark, and no accessibility violation in any state.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessible } from "../support/axe.js";
import { World } from "../support/world.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

test("in the browser's language, or the tag's", async () => {
  const site = await world.ayuda.site("idiomas");
  for (const [locale, button, field] of [["en-US", "Help", "Message"], ["pt-BR", "Ajuda", "Mensagem"], ["es-CO", "Ayuda", "Mensaje"], ["fr-FR", "Ayuda", "Mensaje"]]) {
    const visitor = await world.visitor(site, { locale });
    await visitor.sees(button);
    await visitor.page.getByRole("button", { name: button, exact: true }).click();
    await visitor.box(field).waitFor();
    assert.equal(await visitor.panel.locator("html").getAttribute("lang"), locale === "fr-FR" ? "es" : locale.slice(0, 2));
  }
  const tagged = await world.visitor(site, { locale: "es-MX", page: { attributes: 'data-lang="en"' } });
  await tagged.sees("Help");
});

for (const colorScheme of ["light", "dark"]) {
  test(`no violation for a visitor in any state, ${colorScheme}`, async () => {
    const site = await world.ayuda.site(`ax-${colorScheme}`);
    const agent = await world.agent("Lucía Medina", { sites: [site], colorScheme });
    const visitor = await world.visitor(site, { colorScheme });
    const check = async (what) => {
      await accessible(await visitor.frame(), `panel, ${what}, ${colorScheme}`);
    };
    await visitor.sees("Chat");
    await accessible(visitor.page, `closed button, ${colorScheme}`);
    await visitor.open();
    await check("before a chat");
    await visitor.press("Iniciar chat");
    await visitor.panel.getByText("Revisa lo que está marcado.").first().waitFor();
    await check("with mistakes");
    await visitor.box("Nombre").fill("Marta");
    await visitor.box("Mensaje").fill("Hola");
    await visitor.press("Iniciar chat");
    await visitor.log.waitFor();
    await check("waiting");
    await accessible(agent.page, `console, offer, ${colorScheme}`);
    await agent.accept();
    await agent.say("Hola, Marta");
    await visitor.say("¿Qué tal?");
    await visitor.hears("Hola, Marta");
    await check("chatting");
    await visitor.press("Menú");
    await check("menu");
    await visitor.page.keyboard.press("Escape");
    await accessible(agent.page, `console, conversation, ${colorScheme}`);
    await agent.state.click();
    await accessible(agent.page, `console, state menu, ${colorScheme}`);
    await agent.page.keyboard.press("Escape");
    await agent.page.getByRole("button", { name: "Finalizar", exact: true }).click();
    await agent.page.getByRole("dialog", { name: "Motivo de cierre" }).waitFor();
    await accessible(agent.page, `console, closing, ${colorScheme}`);
    await agent.page.keyboard.press("Escape");
    await agent.end();
    await visitor.panel.getByRole("radiogroup", { name: "Valoración" }).waitFor();
    await check("rating");
    await world.shot(visitor.page, `rating-${colorScheme}`);
  });

  test(`no violation on the form, the pages and the sign-in, ${colorScheme}`, async () => {
    const site = await world.ayuda.site(`form-${colorScheme}`, { weekly: {} });
    const visitor = await world.visitor(site, { colorScheme });
    await visitor.sees("Ayuda");
    await visitor.open();
    await accessible(await visitor.frame(), `form, ${colorScheme}`);
    await visitor.box("Correo electrónico").fill("marta@cliente.example");
    await visitor.box("Mensaje").fill("Necesito ayuda");
    await visitor.press("Enviar solicitud");
    await visitor.panel.getByText("Recibimos tu solicitud").first().waitFor();
    await accessible(await visitor.frame(), `form sent, ${colorScheme}`);
    await world.shot(visitor.page, `form-sent-${colorScheme}`);
    const number = await visitor.number();
    const mail = await world.mail.find("marta@cliente.example", (mail) => mail.subject.includes(number));
    const page = await visitor.context.newPage();
    await page.goto(/http\S+\/t\/\S+\?k=\S+/.exec(mail.text)[0]);
    await accessible(page, `ticket page, ${colorScheme}`);
    for (const path of [`/w/${site}`, "/console/sign-in", "/demo", "/nowhere"]) {
      const answer = await page.goto(world.ayuda.origin + path);
      if (answer.headers()["content-type"]?.startsWith("text/html")) await accessible(page, `${path}, ${colorScheme}`);
    }
    const context = await world.context({ colorScheme, javaScriptEnabled: true });
    const agent = await context.newPage();
    await agent.goto(`${world.ayuda.origin}/console/sign-in`);
    await accessible(agent, `sign-in, ${colorScheme}`);
  });
}
