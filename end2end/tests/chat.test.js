// A chat from the first word to the mail after it.
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

test("a chat is answered, ended, rated, and its number comes by mail", async () => {
  const site = await world.ayuda.site("charla");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat({ email: "marta@cliente.example", subject: "Factura", message: "No encuentro la factura de marzo" });
  const number = await visitor.number();
  assert.match(number, /^CO-\d{4,}$/);

  await agent.offer.getByText("No encuentro la factura de marzo").waitFor();
  await agent.offer.getByText("Soporte general").waitFor();
  await agent.accept();
  await agent.hears("No encuentro la factura de marzo");
  await visitor.hears("Lucía Medina se ha unido");
  await agent.say("Hola Marta, la busco.");
  await visitor.hears("Hola Marta, la busco.");
  await visitor.say("Gracias 🙏 https://cuentasok.example/ayuda");
  await agent.hears("Gracias 🙏");
  await visitor.log.getByRole("link", { name: /cuentasok\.example/ }).waitFor();
  assert.ok((await agent.page.getByText(number).count()) > 0, "the agent sees the number too");
  await world.shot(visitor.page, "chat-visitor");
  await world.shot(agent.page, "chat-agent");

  await agent.end();
  const radios = visitor.panel.getByRole("radiogroup", { name: "Valoración" });
  await radios.waitFor();
  await radios.getByRole("radio").last().check({ force: true });
  await visitor.box("Comentario").fill("Muy amable");
  await visitor.press("Enviar valoración");
  await visitor.panel.getByText("¡Gracias por tu valoración!").waitFor();

  const mail = await world.mail.find("marta@cliente.example");
  assert.ok(mail.subject.includes(number), mail.subject);
  assert.match(mail.text, new RegExp(`${world.ayuda.origin}/t/${number}\\?k=\\S+`));
  assert.ok(mail.html.includes(number));
  assert.ok(!mail.text.includes("No encuentro la factura"), "an unconfirmed address is not sent the conversation");
});

test("the transcript is mailed when the visitor asks for it", async () => {
  const site = await world.ayuda.site("transcripcion");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "Quiero guardar esta charla" });
  await agent.accept();
  await agent.say("Aquí la tienes, con 100 % de <b>todo</b>.");
  await visitor.hears("Aquí la tienes");

  await visitor.menu("Enviar transcripción por correo");
  // No address was given at the start: it is asked for now.
  await visitor.box("Correo electrónico").fill("archivo@cliente.example");
  await visitor.press("Enviar transcripción");
  const mail = await world.mail.find("archivo@cliente.example");
  assert.ok(mail.subject.includes(await visitor.number()));
  for (const body of [mail.text, mail.html]) {
    assert.ok(body.includes("Quiero guardar esta charla"), body);
    assert.ok(body.includes("Lucía Medina"), body);
  }
  assert.ok(mail.text.includes("<b>todo</b>"));
  assert.ok(mail.html.includes("&lt;b&gt;todo&lt;"), "text is text in HTML too");
});

test("where nobody answered, the transcript follows the button behind the mailed link", async () => {
  const site = await world.ayuda.site("sinrespuesta");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "Mira https://regalos.example" });
  await agent.accept();
  await visitor.hears("se ha unido");
  await visitor.menu("Enviar transcripción por correo");
  await visitor.box("Correo electrónico").fill("luego@cliente.example");
  await visitor.press("Enviar transcripción");
  await visitor.panel.getByText("pulsa «Confirmar mi correo»", { exact: false }).first().waitFor();
  const asked = await world.mail.find("luego@cliente.example");
  assert.ok(!asked.text.includes("regalos"), asked.text);
  const page = await (await world.context({ javaScriptEnabled: false })).newPage();
  await page.goto(/http\S+\/t\/\S+\?k=\S+/.exec(asked.text)[0]);
  await page.getByRole("button", { name: "Confirmar mi correo" }).click();
  const mail = await world.mail.find("luego@cliente.example", (mail) => mail.subject.includes("Transcripción"));
  assert.ok(mail.text.includes("https://regalos.example"), mail.text);
});

test("a visitor ends the chat from the menu", async () => {
  const site = await world.ayuda.site("termina");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat();
  await agent.accept();
  await visitor.hears("se ha unido");
  await visitor.menu("Finalizar chat");
  await visitor.press("Seguir en el chat");
  await eventually("the focus is back on the menu's button", async () => (await visitor.focus()) === "menu");
  await visitor.say("Todavía no");
  await agent.hears("Todavía no");
  await visitor.end();
  await visitor.panel.getByRole("radiogroup", { name: "Valoración" }).waitFor();
  await visitor.hears("Terminaste el chat");
  await agent.hears("El visitante finalizó el chat");
});

test("files go both ways", async () => {
  const site = await world.ayuda.site("archivos");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat();
  await agent.accept();
  await visitor.hears("se ha unido");

  const picker = visitor.page.waitForEvent("filechooser");
  await visitor.press("Adjuntar");
  await (await picker).setFiles({ name: "captura.png", mimeType: "image/png", buffer: PIXEL });
  await visitor.panel.getByText("captura.png").first().waitFor();
  await visitor.box("Mensaje").fill("Va la captura");
  await visitor.press("Enviar");
  await agent.hears("captura.png");

  const other = agent.page.waitForEvent("filechooser");
  await agent.page.getByRole("button", { name: "Adjuntar", exact: true }).click();
  await (await other).setFiles({ name: "factura.txt", mimeType: "text/plain", buffer: Buffer.from("Factura 7") });
  await agent.page.getByText("factura.txt").first().waitFor();
  await agent.say("Y la factura");
  await visitor.hears("factura.txt");
});

test("who waits knows the place in the queue, and is offered again to an agent who comes back", async () => {
  const site = await world.ayuda.site("cola");
  const agents = [await world.agent("Lucía Medina", { sites: [site] }), await world.agent("Omar Díaz", { sites: [site] })];
  /** It rings at one and then at the other; both decline. */
  const declined = async (text) => {
    for (let times = 0; times < agents.length; times++) {
      const rings = await eventually("it rings", async () => {
        for (const agent of agents) if (await agent.offer.getByText(text).isVisible()) return agent;
      });
      await rings.decline();
    }
  };
  const first = await world.visitor(site);
  await first.startChat({ message: "Soy la primera" });
  await declined("Soy la primera");
  const second = await world.visitor(site);
  await second.startChat({ name: "Pablo", message: "Soy el segundo" });
  await declined("Soy el segundo");
  await second.panel.getByText("Tu lugar en la fila: 2").first().waitFor();
  await first.panel.getByText(/Sigues tú/).first().waitFor();
  // One agent stays, so the desk stays open; the other comes back, and the offers start over.
  await agents[0].become("Ausente");
  await agents[0].become("Disponible");
  await agents[0].offer.getByText("Soy la primera").waitFor();
  await agents[0].accept();
  await first.hears("Lucía Medina se ha unido");
  await second.panel.getByText(/Sigues tú/).first().waitFor();
});

test("the button counts what was missed, and reading clears it", async () => {
  const site = await world.ayuda.site("insignia");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat();
  await agent.accept();
  await visitor.hears("se ha unido");
  await visitor.press("Cerrar");
  await agent.say("¿Sigues ahí?");
  await agent.say("Te dejo la respuesta.");
  await visitor.page.locator("ayuda-widget").getByText("2", { exact: true }).waitFor();
  await visitor.show();
  await visitor.hears("Te dejo la respuesta.");
  await eventually("the count is gone", async () => !(await visitor.page.locator("ayuda-widget b").isVisible()));
});

test("typing shows at the other end, and reading too", async () => {
  const site = await world.ayuda.site("escribe");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat();
  await agent.accept();
  await visitor.hears("se ha unido");
  await agent.box("Mensaje").pressSequentially("Un momento", { delay: 20 });
  await visitor.panel.getByText(/está escribiendo/).waitFor();
  await visitor.box("Mensaje").pressSequentially("Sí, claro", { delay: 20 });
  await agent.page.getByText(/está escribiendo/).first().waitFor();
  await visitor.press("Enviar");
  await visitor.panel.getByText("Leído").waitFor();
});

test("the composer takes 1000 characters, says how many are too many, and keeps them", async () => {
  const site = await world.ayuda.site("mil");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat();
  await agent.accept();
  await visitor.hears("se ha unido");
  await visitor.box("Mensaje").fill("ñ".repeat(1003));
  await visitor.panel.locator("#composer-length").getByText(/Sobran 3 caracteres/).waitFor();
  const alert = visitor.panel.getByRole("alert").filter({ hasText: "Sobran 3 caracteres" });
  const once = await alert.textContent();
  await visitor.press("Enviar");
  await eventually("it is read out again", async () => (await alert.textContent()) !== once);
  assert.equal((await visitor.box("Mensaje").inputValue()).length, 1003);
  await visitor.box("Mensaje").fill("ñ".repeat(1000));
  await visitor.press("Enviar");
  await agent.hears("ñ".repeat(1000));
  assert.deepEqual((await agent.log.innerText()).match(/ñ{2,}/g).map(({ length }) => length), [1000], "the longer one was not sent");
});

test("pressing twice makes one ticket", async () => {
  const site = await world.ayuda.site("doble", { prefix: "DB" });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  await visitor.open();
  await visitor.box("Nombre").fill("Marta");
  await visitor.box("Mensaje").fill("Una sola vez");
  await visitor.panel.getByRole("button", { name: "Iniciar chat" }).dblclick();
  await visitor.log.getByText("Una sola vez").waitFor();
  assert.equal(await visitor.number(), "DB-1001");
  await agent.accept();
  const next = await world.visitor(site);
  await next.startChat({ message: "Otra" });
  assert.equal(await next.number(), "DB-1002");
});

/** One transparent pixel. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==",
  "base64",
);

test("a chat that nobody attended is not rated", async () => {
  const site = await world.ayuda.site("sinnadie");
  await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat();
  await visitor.end();
  await visitor.log.getByText("Terminaste el chat").waitFor();
  await visitor.panel.getByRole("button", { name: "Nueva conversación" }).waitFor();
  assert.equal(await visitor.panel.getByRole("radiogroup", { name: "Valoración" }).count(), 0);
  const page = await visitor.context.newPage();
  await page.goto(await visitor.panel.locator(".link-to-ticket").first().getAttribute("href"));
  await page.getByRole("textbox", { name: "Responder" }).waitFor();
  assert.equal(await page.getByRole("radiogroup", { name: "Valoración" }).count(), 0);
});

test("when the site is removed, typed text can still be copied, the focus stays, and nothing more is offered", async () => {
  const site = await world.ayuda.site("debaja");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const typing = await world.visitor(site);
  const quiet = await world.visitor(site);
  for (const visitor of [typing, quiet]) {
    await visitor.startChat();
    await agent.accept();
    await visitor.hears("se ha unido");
    await visitor.box("Mensaje").click();
  }
  await typing.box("Mensaje").fill("A medio escribir");
  await world.ayuda.run(["site", "remove", site]);
  for (const visitor of [typing, quiet]) await visitor.panel.getByText("Ya no se puede escribir aquí").waitFor();
  const focus = async (visitor) => (await visitor.frame()).evaluate(() => document.activeElement.id);
  assert.equal(await typing.box("Mensaje").inputValue(), "A medio escribir");
  assert.equal(await typing.box("Mensaje").isEditable(), false);
  assert.equal(await focus(typing), "c-message");
  await typing.box("Mensaje").press("Enter");
  assert.equal(await typing.box("Mensaje").inputValue(), "A medio escribir");
  assert.equal(await quiet.box("Mensaje").count(), 0);
  await eventually("the focus is not lost", async () => (await focus(quiet)) !== "");
  await accessible(await typing.frame(), "a removed site");

  // The other chat keeps the site there.
  await typing.end();
  await typing.log.getByText("Terminaste el chat").waitFor();
  assert.equal(await typing.box("Mensaje").inputValue(), "A medio escribir");
  assert.equal(await typing.panel.getByRole("radiogroup", { name: "Valoración" }).count(), 0);
  assert.equal(await typing.panel.getByRole("button", { name: "Nueva conversación" }).count(), 0);
});
