// An agent's day: told of work while elsewhere, cut off and back, a long list, the keyboard alone, a phone, the mail.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessible } from "../support/axe.js";
import { Agent } from "../support/agent.js";
import { lacks } from "../support/engines.js";
import { World } from "../support/world.js";
import { eventually } from "../support/wait.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/** A chat in hand. */
async function chat(site, options = {}) {
  await world.ayuda.site(site);
  const agent = await world.agent("Lucía Medina", { sites: [site], ...options });
  const visitor = await world.chat(site, agent, { email: "marta@cliente.example", message: "Primera línea" });
  return { agent, visitor };
}

/** Every desktop notice and every tone from now on, in `window.notices` and `window.tones`. */
function spy() {
  window.notices = [];
  window.tones = [];
  window.Notification = new Proxy(Notification, {
    get: (real, name) => Reflect.get(real, name),
    construct(real, [title, options]) {
      window.notices.push({ title, body: options?.body });
      return new real(title, options);
    },
  });
  const start = OscillatorNode.prototype.start;
  OscillatorNode.prototype.start = function (...at) {
    window.tones.push(this.frequency.value);
    return start.apply(this, at);
  };
}

/** As if another window had the focus. */
const leave = (page) => page.evaluate(() => (document.hasFocus = () => false));
const comeBack = (page) => page.evaluate(() => (document.hasFocus = () => true));

test("who is elsewhere is told of a chat and of a message, on the desktop and by ear, until sound is off", async () => {
  const site = await world.ayuda.site("avisos");
  const context = await world.context();
  await context.grantPermissions(["notifications"], { origin: world.ayuda.origin });
  await context.addInitScript(spy);
  const agent = await Agent.signIn(world, context, await world.ayuda.agent("Lucía Medina", { sites: [site], email: "lucia.avisos@equipo.example" }));
  await agent.become("Disponible");
  // Browsers play nothing on a page that was never touched.
  await agent.page.getByRole("heading", { name: "Mi bandeja" }).click();
  const notices = () => agent.page.evaluate(() => window.notices);
  const tones = () => agent.page.evaluate(() => window.tones.length);

  await leave(agent.page);
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "¿Hay alguien?" });
  const [offer] = await eventually("a notice of the chat", async () => (await notices()).length && (await notices()));
  assert.equal(offer.title, "Nueva solicitud de chat");
  assert.match(offer.body, /Soporte general.*¿Hay alguien\?/);
  await eventually("it rings", async () => (await tones()) >= 3);
  await eventually("the tab says so", async () => /Nueva solicitud de chat/.test(await agent.page.title()));

  await comeBack(agent.page);
  await agent.accept();
  await visitor.hears("se ha unido");
  const quiet = [(await notices()).length, await tones()];
  await visitor.say("Esto lo veo");
  await agent.hears("Esto lo veo");
  assert.deepEqual([(await notices()).length, await tones()], quiet, "nothing about what is on screen");

  await leave(agent.page);
  await visitor.say("Esto no lo veo");
  await eventually("a notice of the message", async () => (await notices()).some(({ title, body }) => title === "Marta Ríos" && body === "Esto no lo veo"));
  await eventually("a tone", async () => (await tones()) > quiet[1]);

  await comeBack(agent.page);
  await agent.page.getByRole("button", { name: "Perfil" }).click();
  await agent.page.getByRole("menuitemcheckbox", { name: "Sonido" }).click();
  const [shown, heard] = [(await notices()).length, await tones()];
  await leave(agent.page);
  await visitor.say("Y esto tampoco");
  await eventually("a notice all the same", async () => (await notices()).length > shown);
  assert.equal(await tones(), heard, "no sound");
});

test("an agent's message has 1000 characters at the most, and one that is longer stays to be shortened", async () => {
  const { agent, visitor } = await chat("mil-agente");
  const box = agent.box("Mensaje");
  const send = agent.page.getByRole("button", { name: "Enviar", exact: true });
  await box.fill("ñ".repeat(950));
  await agent.page.getByText("950 / 1000").waitFor();
  await box.fill("ñ".repeat(1003));
  await agent.page.getByText("1003 / 1000").waitFor();
  await agent.page.getByRole("alert").getByText("«Mensaje» admite como máximo 1000 caracteres.").waitFor();
  assert.ok(await send.isDisabled());
  await box.press("Enter");
  assert.equal((await box.inputValue()).length, 1003);
  await accessible(agent.page, "too long");
  await box.fill("ñ".repeat(1000));
  await agent.page.getByRole("alert").getByText("admite como máximo").waitFor({ state: "hidden" });
  await box.press("Enter");
  await visitor.hears("ñ".repeat(1000));
  assert.equal(await box.inputValue(), "");
});

test("what the visitor types and reads shows in the console", async () => {
  const { agent, visitor } = await chat("teclea");
  await visitor.box("Mensaje").pressSequentially("Un mom", { delay: 20 });
  await agent.log.getByText("Marta Ríos está escribiendo…").waitFor();
  await visitor.press("Enviar");
  await agent.hears("Un mom");
  await agent.log.getByText("Marta Ríos está escribiendo…").waitFor({ state: "hidden" });
  await agent.say("¿Lo lees?");
  await agent.log.getByText("Leído", { exact: true }).waitFor();
});

test("a console that is cut off says so, loses nothing, and has it all when it is back", async () => {
  const site = await world.ayuda.site("cortado");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, agent, { message: "Antes del corte" });

  await agent.line.cut();
  const banner = agent.page.getByRole("status").getByText("Sin conexión. Reconectando…");
  await banner.waitFor();
  for (const text of ["Uno", "Dos", "Tres"]) await visitor.say(text);
  await agent.say("Escrito sin conexión");
  await agent.log.getByText("Enviando…").waitFor();
  await accessible(agent.page, "cut off");
  await agent.page.reload();
  await agent.log.getByText("Escrito sin conexión").waitFor();
  await banner.waitFor();

  agent.line.mend();
  await visitor.hears("Escrito sin conexión");
  await banner.waitFor({ state: "hidden" });
  await agent.log.getByText("Enviando…").waitFor({ state: "hidden" });
  const said = (await agent.log.innerText()).split("\n").filter((line) => /^(Antes del corte|Uno|Dos|Tres|Escrito sin conexión)$/.test(line));
  assert.deepEqual(said, ["Antes del corte", "Uno", "Dos", "Tres", "Escrito sin conexión"]);
});

test("a list of two hundred chats is all there, in order, and every one of them opens", async () => {
  const site = await world.ayuda.site("doscientos", { prefix: "DC", limits: { wait_limit: "1h", queue_limit: 500 } });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const numbers = Array.from({ length: 200 }, (_, at) => at);
  for (let at = 0; at < numbers.length; at += 20) {
    await Promise.all(numbers.slice(at, at + 20).map((n) => world.post(site, "chats", { name: `Cliente ${n}`, message: `Mensaje número ${n}` })));
  }
  const rows = agent.page.getByRole("list", { name: /^En espera/ }).getByRole("link");
  await eventually("two hundred rows", async () => (await rows.count()) === 200);
  assert.equal(new Set(await rows.allTextContents()).size, 200);
  await agent.offer.waitFor();
  const last = rows.last();
  const message = /Mensaje número \d+(?=DC)/.exec(await last.textContent())[0];
  await last.scrollIntoViewIfNeeded();
  await last.click();
  await agent.log.getByText(message, { exact: true }).waitFor();
  await agent.page.getByRole("button", { name: "Aceptar chat" }).click();
  await agent.say("Sigo aquí");
  await eventually("one waits less", async () => (await rows.count()) === 199);
  await agent.page.getByRole("list", { name: /^En chat/ }).getByRole("link").getByText("Sigo aquí").waitFor();
  await accessible(agent.page, "two hundred chats");
});

test("accepted, answered and ended with the keyboard alone", { skip: lacks("wrap") }, async () => {
  const site = await world.ayuda.site("teclado");
  const account = await world.ayuda.agent("Lucía Medina", { sites: [site], email: "lucia.teclado@equipo.example" });
  const page = await (await world.context()).newPage();
  const { keyboard } = page;
  const agent = Object.assign(new Agent(), { world, ...account, page });
  /** Walks on until this has the focus, and says where it went if it never does. */
  const walk = async (role, name) => {
    const seen = [];
    for (let steps = 0; steps < 60; steps += 1) {
      const there = page.locator("*:focus").and(page.getByRole(role, { name, exact: true }));
      if (await there.count()) return;
      seen.push(await page.evaluate(() => document.activeElement?.outerHTML.slice(0, 80)));
      await keyboard.press("Tab");
    }
    assert.fail(`no way to ${role} ${name}:\n${seen.join("\n")}`);
  };
  await page.goto(`${world.ayuda.origin}/console`);
  await walk("textbox", "Correo electrónico");
  await keyboard.type(account.email);
  await keyboard.press("Tab");
  await keyboard.type(account.password);
  await keyboard.press("Enter");
  await agent.state.waitFor();
  await eventually("the desk is open", async () => (await world.ayuda.status(site)).open);

  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "Sin ratón" });
  await agent.offer.waitFor();
  await walk("button", "Aceptar");
  await keyboard.press("Enter");
  await agent.box("Mensaje").waitFor();
  await walk("textbox", "Mensaje");
  await keyboard.type("Te leo");
  await keyboard.press("Enter");
  await visitor.hears("Te leo");

  await walk("button", "Finalizar");
  await keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Motivo de cierre" });
  await dialog.waitFor();
  await dialog.getByRole("option", { name: "Resuelto" }).waitFor();
  await walk("combobox", "Motivo");
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  assert.equal(await dialog.getByRole("combobox", { name: "Motivo" }).inputValue(), "Resuelto");
  await walk("button", "Enviar cierre");
  await keyboard.press("Enter");
  await dialog.waitFor({ state: "hidden" });
  await visitor.panel.getByRole("radiogroup", { name: "Valoración" }).waitFor();
  await agent.log.getByText("Chat finalizado · Resuelto").waitFor();

  await walk("button", "Perfil");
  await keyboard.press("Enter");
  for (let steps = 0; !(await page.locator("*:focus").and(page.getByRole("menuitem", { name: "Cerrar sesión" })).count()); steps += 1) {
    assert.ok(steps < 6, "the arrows lead to the way out");
    await keyboard.press("ArrowDown");
  }
  await keyboard.press("Enter");
  await page.getByRole("button", { name: "Iniciar sesión" }).waitFor();
});

test("nothing is closed without a reason, and one of the list will do", async () => {
  const { agent, visitor } = await chat("motivo");
  await agent.page.getByRole("button", { name: "Finalizar", exact: true }).click();
  const dialog = agent.page.getByRole("dialog", { name: "Motivo de cierre" });
  await dialog.getByRole("button", { name: "Enviar cierre" }).click();
  await dialog.getByText("Falta completar «Motivo».").waitFor();
  const reason = dialog.getByRole("combobox", { name: "Motivo" });
  await reason.fill("otra cosa");
  await dialog.getByText("Ningún motivo coincide.").waitFor();
  await dialog.getByRole("button", { name: "Enviar cierre" }).click();
  await accessible(agent.page, "no such reason");
  assert.ok(await visitor.box("Mensaje").isVisible(), "the chat goes on");
  await reason.fill("dupli");
  await dialog.getByRole("option", { name: "Duplicado o equivocado" }).click();
  await dialog.getByRole("button", { name: "Enviar cierre" }).click();
  await agent.log.getByText("Chat finalizado · Duplicado o equivocado").waitFor();
  await eventually("the list is empty", async () => (await agent.page.getByRole("heading", { name: "Todo al día" }).count()) === 1);
});

test("on a phone: list, offer, conversation, facts and ending, with nothing cut off or covered", { skip: lacks("touch") }, async () => {
  const site = await world.ayuda.site("telefono-agente");
  await world.post(site, "requests", { email: "antes@cliente.example", message: "Una solicitud con un texto que no cabe en una sola línea de teléfono" });
  const agent = await world.agent("Lucía Medina", { sites: [site], ...PHONE });
  const { page } = agent;
  const fits = async (what) => {
    const width = await page.evaluate(() => document.documentElement.scrollWidth);
    assert.ok(width <= 360, `${what}: ${width} px`);
    await accessible(page, `phone, ${what}`);
  };
  await page.getByRole("link", { name: /Una solicitud con un texto/ }).waitFor();
  await fits("list");
  const visitor = await world.visitor(site);
  await visitor.startChat({ name: "Maximiliana Fernández de la Torre y Villanueva", message: "Hola" });
  await agent.offer.waitFor();
  await fits("offer");
  await world.shot(page, "phone-offer");
  await agent.accept();
  await agent.say("¿En qué te ayudo?");
  await fits("conversation");
  await page.getByRole("button", { name: "Datos" }).click();
  await page.getByRole("complementary", { name: "Datos" }).getByRole("combobox", { name: "Cola" }).waitFor();
  await fits("facts");
  await page.getByRole("complementary", { name: "Datos" }).getByRole("button", { name: "Cerrar" }).click();
  await page.getByRole("button", { name: "Finalizar", exact: true }).waitFor();
  // A note that says how something went stands beside what one does next, not on it.
  const second = await world.visitor(site);
  await second.startChat({ message: "Otro chat" });
  await agent.offer.waitFor();
  await second.end();
  await agent.offer.waitFor({ state: "hidden" });
  await agent.end();
  const note = page.getByText("Chat finalizado.", { exact: true });
  await note.waitFor();
  const noteBox = await note.boundingBox();
  const foot = await page.getByText("Este ticket está cerrado.").boundingBox();
  assert.ok(noteBox.y + noteBox.height < foot.y, "the note is above the place to write");
  await fits("ended");
  await world.shot(page, "phone-ended");
  await page.getByRole("link", { name: "Volver a la bandeja" }).click();
  await page.getByRole("heading", { name: "Mi bandeja" }).waitFor();
});

test("a mail is read in the console as it was written, under the strictest policy, and its links prove nobody", async () => {
  const site = await world.ayuda.site("correo");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const broken = [];
  agent.page.on("console", (message) => message.type() === "error" && broken.push(message.text()));
  await world.post(site, "requests", { email: "lectora@cliente.example", message: "Hola" });
  await world.mail.find("lectora@cliente.example");
  const answer = await agent.page.goto(`${world.ayuda.origin}/console/mail`);
  const policy = answer.headers()["content-security-policy"];
  assert.doesNotMatch(policy, /unsafe-inline/);
  await agent.page.getByRole("link", { name: /lectora@cliente\.example/ }).click();
  const frame = agent.page.frameLocator("iframe");
  await frame.getByRole("heading", { name: "Recibimos tu solicitud" }).waitFor();
  const card = frame.locator(".card");
  assert.equal(await card.evaluate((card) => getComputedStyle(card).borderTopWidth), "4px", "its styles hold");
  assert.equal(await frame.locator("body").evaluate(() => window.origin), "null", "it has no origin");
  const address = agent.page.frames()[1].url();
  await frame.getByRole("link", { name: "Abrir mi ticket" }).click();
  await agent.page.getByRole("button", { name: "Solo texto" }).click();
  await agent.page.getByText("Tu número de ticket: CO-1001").waitFor();
  await agent.page.getByRole("button", { name: "Con formato" }).click();
  await frame.getByRole("heading", { name: "Recibimos tu solicitud" }).waitFor();
  assert.equal(agent.page.context().pages().length, 1, "the link led nowhere");
  const stranger = await fetch(address);
  assert.equal(stranger.status, 401);
  await accessible(agent.page, "a mail");
  assert.deepEqual(broken.filter((text) => !/Blocked script execution|allow-popups/.test(text)), [], "no complaint of the browser");
});

test("the console in every state, and the way into it, without a violation of its policy", async () => {
  const site = await world.ayuda.site("politica");
  const context = await world.context();
  const refused = [];
  await context.exposeFunction("refuse", (what) => refused.push(what));
  await context.addInitScript(() => document.addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI }) =>
    window.refuse(`${effectiveDirective}: ${blockedURI}`)));
  const account = await world.ayuda.agent("Lucía Medina", { sites: [site], email: "lucia.politica@equipo.example" });
  const agent = await Agent.signIn(world, context, account);
  await agent.become("Disponible");
  await agent.page.reload();
  const visitor = await world.visitor(site);
  await visitor.startChat();
  await agent.accept();
  await agent.say("Hola");
  await agent.state.click();
  await agent.page.keyboard.press("Escape");
  await agent.end();
  await agent.page.getByRole("link", { name: "Correo" }).click();
  await agent.page.getByRole("heading", { name: "Correo", exact: true }).waitFor();
  assert.deepEqual(refused, []);
});

for (const colorScheme of ["light", "dark"]) {
  test(`no violation for an agent in any state, ${colorScheme}`, { skip: lacks(colorScheme) }, async () => {
    const site = await world.ayuda.site(`agente-${colorScheme}`);
    const agent = await world.agent("Lucía Medina", { sites: [site], colorScheme });
    // An address that nobody has confirmed gets few mails an hour.
    const email = `marta-${colorScheme}@cliente.example`;
    const check = (what) => accessible(agent.page, `console, ${what}, ${colorScheme}`);
    await agent.page.getByRole("heading", { name: "Estás disponible" }).waitFor();
    await check("nothing to do");
    await agent.become("Ausente");
    await agent.page.getByRole("heading", { name: "Estás ausente" }).waitFor();
    await agent.page.getByRole("button", { name: "Perfil" }).click();
    await check("profile menu");
    await agent.page.keyboard.press("Escape");
    await world.post(site, "requests", { email, message: "Necesito ayuda" });
    await agent.page.getByRole("link", { name: /Necesito ayuda/ }).click();
    await agent.page.getByText(`Tu respuesta se envía por correo a ${email}.`).waitFor();
    await check("request");
    await agent.answer("Aquí va la respuesta");
    await check("answered");
    await agent.page.goto(`${world.ayuda.origin}/console/mail`);
    await agent.page.getByRole("link", { name: new RegExp(email) }).first().waitFor();
    await check("mails");
    await agent.page.goto(`${world.ayuda.origin}/console/tickets/0198a6f0-0000-7000-8000-000000000000`);
    await agent.page.getByRole("heading", { name: "Esto no existe" }).waitFor();
    await check("nothing there");
  });
}

test("a one-time link lets in once; a short password, a common one and a spent link say so", async () => {
  const site = await world.ayuda.site("enlace");
  const out = await world.ayuda.run(["agent", "create", "--email", "nueva@equipo.example", "--name", "Nueva Agente", "--role", "agent", "--site", site]);
  const link = /https?:\S+/.exec(out)[0];
  const page = await (await world.context()).newPage();
  await page.goto(link);
  assert.doesNotMatch(page.url(), /k=/, "the token is gone from the address");
  // A browser that knows less than ours sends what is too short.
  await page.locator("form").evaluate((form) => (form.noValidate = true));
  await page.getByLabel("Contraseña").fill("corta");
  await page.getByRole("button", { name: "Guardar y entrar" }).click();
  await page.getByRole("alert").getByText("Es muy corta").waitFor();
  await accessible(page, "a short password");
  await page.getByLabel("Contraseña").fill("Contraseña123");
  await page.getByRole("button", { name: "Guardar y entrar" }).click();
  await page.getByRole("alert").getByText("de las primeras").waitFor();
  await page.getByLabel("Contraseña").fill("nueva@equipo.example");
  await page.getByRole("button", { name: "Guardar y entrar" }).click();
  await page.getByRole("alert").getByText("no puede ser tu dirección").waitFor();
  await page.getByLabel("Contraseña").fill("una clave larga y nueva");
  await page.getByRole("button", { name: "Guardar y entrar" }).click();
  await page.getByRole("button", { name: /^Estado: / }).waitFor();

  const again = await (await world.context()).newPage();
  await again.goto(link);
  await again.getByLabel("Contraseña").fill("la clave de otra persona");
  await again.getByRole("button", { name: "Guardar y entrar" }).click();
  await again.getByRole("alert").getByText("Este enlace ya se usó o caducó.").waitFor();
  assert.equal(await again.getByLabel("Contraseña").count(), 0);
  await accessible(again, "a spent link");
});

test("an agent who loses a queue while reading one of its tickets is told, and sees nothing more of it", async () => {
  const site = await world.ayuda.site("pierde-cola", { queues: ["Soporte general", "Facturas"] });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat({ name: "Marta Ríos", message: "Algo que solo lee mi cola" });
  await agent.accept();
  await agent.hears("Algo que solo lee mi cola");

  await world.ayuda.run(["agent", "set", agent.email, "--queue", "Facturas"]);
  await agent.page.getByText("Ya no tienes acceso a este ticket").waitFor();
  await agent.log.waitFor({ state: "hidden" });
  for (const gone of ["Algo que solo lee mi cola", "Marta Ríos"]) {
    await eventually(`«${gone}» is nowhere any more`, async () => !(await agent.page.content()).includes(gone));
  }
  await accessible(agent.page, "access lost");
  await world.shot(agent.page, "access-lost");

  // The chat went back to the queue, and to whoever serves it.
  const other = await world.agent("Ana Gil", { sites: [site] });
  await other.accept();
  await other.hears("Algo que solo lee mi cola");
  await visitor.hears("Ana Gil se ha unido");
});

test("a site that is removed in mid-chat: both are told, write no more, and end it; then it is gone", async () => {
  const site = await world.ayuda.site("se-retira");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat({ name: "Marta Ríos", message: "¿Me leen todavía?" });
  await agent.accept();
  await agent.hears("¿Me leen todavía?");

  const said = await world.ayuda.run(["site", "remove", site]);
  assert.match(said, /1 chat is still under way/);
  await visitor.hears("El sitio se dio de baja");
  await visitor.panel.getByText("Ya no se puede escribir aquí").waitFor();
  await visitor.box("Mensaje").waitFor({ state: "hidden" });
  await agent.page.getByText("El sitio se dio de baja: solo puedes finalizar este chat.").waitFor();
  await agent.box("Mensaje").waitFor({ state: "hidden" });
  await accessible(agent.page, "site removed");
  await accessible(visitor.page, "site removed, panel");
  await world.shot(agent.page, "site-removed");
  await world.shot(visitor.page, "site-removed-panel");

  await agent.end("Resuelto");
  await visitor.panel.getByRole("heading", { name: "Conversación terminada" }).waitFor();
  await eventually("the site is gone", async () => (await fetch(`${world.ayuda.origin}/w/${site}`)).status === 404);
});
