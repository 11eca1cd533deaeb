// Three languages, light and dark, and no accessibility violation in any state.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessible } from "../support/axe.js";
import { lacks } from "../support/engines.js";
import { World } from "../support/world.js";
import { eventually } from "../support/wait.js";

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

test("a ticket's state is said in the reader's language, in the panel and on the ticket's page", async () => {
  const site = await world.ayuda.site("estados");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site, { locale: "en-US" });
  await visitor.sees("Chat");
  await visitor.show();
  await visitor.box("Name").fill("Martha");
  await visitor.box("Message").fill("A word in English");
  await visitor.press("Start chat");
  await agent.accept();
  await visitor.panel.getByText("Lucía Medina has joined").waitFor();
  const link = await visitor.panel.locator(".link-to-ticket").first().getAttribute("href");
  const page = await visitor.context.newPage();
  await page.goto(link);
  await page.getByText("pending", { exact: true }).first().waitFor();
  await agent.end();
  await page.reload();
  await page.getByText("closed", { exact: true }).first().waitFor();
  const said = await page.locator("main").innerText();
  assert.match(said, /The agent ended the chat/);
  assert.doesNotMatch(said, /pendiente|finalizado|Status: closed/i, "nor what the line before says already");
  await visitor.panel.getByText("Lucía ended the chat").waitFor();
  assert.equal(await visitor.panel.getByText(/Status:/).count(), 0, "which the line before says");
});

test("long names, words, links and file names stay inside a small phone", { skip: lacks("touch") }, async () => {
  const long = "Supercalifragilisticoespialidoso";
  const site = await world.ayuda.site("angosto");
  const agent = await world.agent(`Maximiliana ${long} Fernández de la Torre`, { sites: [site] });
  const visitor = await world.visitor(site, { viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
  await visitor.startChat({ message: long.repeat(4), email: `${"correo".repeat(8)}@${"dominio".repeat(6)}.example` });
  await agent.accept();
  await agent.say(`https://cuentasok.example/${long.repeat(4)}?con=parametros`);
  await visitor.hears("con=parametros");
  await visitor.panel.locator("#c-files").setInputFiles({ name: `${long.repeat(3)}.txt`, mimeType: "text/plain", buffer: Buffer.from("texto") });
  await visitor.panel.getByRole("button", { name: /^Quitar / }).waitFor();
  const frame = await visitor.frame();
  await eventually("the file is up", async () => !(await frame.locator("#uploads progress:not([hidden])").count()));
  /** What sticks out of the page, unless something around it cuts it off on purpose. */
  const wide = (page) => page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    const cut = (element) => element && (getComputedStyle(element).overflowX !== "visible" || cut(element.parentElement));
    const out = [...document.body.querySelectorAll("*")].filter((element) =>
      element.getBoundingClientRect().right > width + 1 && !cut(element.parentElement) && !element.closest(".sr"));
    const scrolls = [...document.querySelectorAll("html, .scroll")].filter((box) => box.scrollWidth > box.clientWidth);
    return [...out, ...scrolls].map((element) => `${element.tagName}.${element.className}`);
  });
  assert.deepEqual(await wide(frame), [], "with a file in hand");
  await visitor.press("Enviar");
  await visitor.panel.getByRole("button", { name: /^Descargar/ }).waitFor();
  assert.deepEqual(await wide(frame), [], "in conversation");
  await agent.end();
  await visitor.panel.getByRole("radiogroup", { name: "Valoración" }).waitFor();
  assert.deepEqual(await wide(frame), [], "after the end");
  const page = await visitor.context.newPage();
  await page.goto(await visitor.panel.locator(".link-to-ticket").first().getAttribute("href"));
  await page.getByRole("textbox", { name: "Responder" }).waitFor();
  assert.deepEqual(await wide(page), [], "on the ticket's page");
});

for (const colorScheme of ["light", "dark"]) {
  test(`a brand of any hue stays readable, ${colorScheme}`, { skip: lacks(colorScheme) }, async () => {
    // Yellow is the lightest of them all, green the one that monitors show brightest.
    for (const hue of [100, 145]) {
      const site = await world.ayuda.site(`tono-${hue}-${colorScheme}`);
      const agent = await world.agent("Lucía Medina", { sites: [site], colorScheme });
      const visitor = await world.visitor(site, { colorScheme, page: { attributes: `data-hue="${hue}"` } });
      await visitor.sees("Chat");
      await accessible(visitor.page, `button, hue ${hue}, ${colorScheme}`);
      await visitor.startChat();
      const frame = await visitor.frame();
      assert.equal(await frame.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--brand-h").trim()), String(hue));
      await agent.accept();
      await agent.say("Mira https://cuentasok.example");
      await visitor.hears("Mira");
      await visitor.say("Gracias, https://cuentasok.example");
      await accessible(frame, `conversation, hue ${hue}, ${colorScheme}`);
      await world.shot(visitor.page, `hue-${hue}-${colorScheme}`);
    }
  });

  test(`no violation for a visitor in any state, ${colorScheme}`, { skip: lacks(colorScheme) }, async () => {
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

  test(`no violation on the form, the pages and the sign-in, ${colorScheme}`, { skip: lacks(colorScheme) }, async () => {
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
    for (const path of [`/w/${site}`, "/console/sign-in", "/demo", "/nowhere", "/w/nowhere", "/t/CO-1001"]) {
      const answer = await page.goto(world.ayuda.origin + path);
      if (answer.headers()["content-type"]?.startsWith("text/html")) await accessible(page, `${path}, ${colorScheme}`);
    }
    const context = await world.context({ colorScheme, javaScriptEnabled: true });
    const agent = await context.newPage();
    await agent.goto(`${world.ayuda.origin}/console/sign-in`);
    await accessible(agent, `sign-in, ${colorScheme}`);
  });
}
