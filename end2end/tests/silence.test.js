// The visitor is never left in silence: page changes, flips, ends and lost connections are said, once, and nothing is torn away.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessible } from "../support/axe.js";
import { lacks } from "../support/engines.js";
import { listenToLiveRegions } from "../support/narrator.js";
import { Visitor } from "../support/visitor.js";
import { World } from "../support/world.js";
import { eventually } from "../support/wait.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

async function chat(site, { context, options, email } = {}) {
  await world.ayuda.site(site);
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await Visitor.arrive(world, context ?? (await world.context(options)), site);
  await visitor.startChat({ email });
  await agent.accept();
  await visitor.hears("Lucía Medina se ha unido");
  return { agent, visitor };
}

const focusIs = (visitor, id) => eventually(`the focus is on ${id}`, async () => (await visitor.focus()) === id);
const kept = (page) => page.evaluate(() => ({ ...sessionStorage }));

test("a flip says its reason, keeps every field and the focus, both ways", async () => {
  const site = await world.ayuda.site("volteo");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  await visitor.open();
  await visitor.hydrated();
  const typed = { Nombre: "Marta", "Correo electrónico": "marta@cliente.example", Mensaje: "A medias" };
  for (const [name, text] of Object.entries(typed)) await visitor.box(name).fill(text);
  await visitor.box("Asunto").click();
  const says = (text) => visitor.panel.getByRole("status").getByText(text).waitFor();
  const holds = async () => {
    for (const [name, text] of Object.entries(typed)) assert.equal(await visitor.box(name).inputValue(), text);
    await focusIs(visitor, "f-subject");
  };
  await agent.become("Ausente");
  await says("Ahora no hay nadie disponible para chatear.");
  await holds();
  await accessible(await visitor.frame(), "after a flip");
  await world.shot(visitor.page, "flip-said");
  await visitor.box("Asunto").pressSequentially("Factura");
  await agent.become("Disponible");
  await says("Ya hay alguien en línea");
  await holds();
  assert.equal(await visitor.box("Asunto").inputValue(), "Factura");
  await world.ayuda.site(site, { weekly: {} });
  await says("El chat acaba de cerrar.");
  await holds();
});

test("who waits when the last agent leaves is told that, and not that the desk closed", async () => {
  const site = await world.ayuda.site("sevan");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat();
  await agent.offer.waitFor();
  await agent.become("Ausente");
  await visitor.hears("Ya no hay nadie disponible");
  assert.equal(await visitor.panel.getByText("Cerramos").count(), 0);
});

test("the end leaves the talk where it is, asks for a rating below it, and the visitor can write on", async () => {
  const { agent, visitor } = await chat("final");
  await agent.say("Ya quedó.");
  await visitor.hears("Ya quedó.");
  await agent.end();
  await visitor.hears("Lucía terminó el chat");
  await visitor.hears("Ya quedó.");
  await focusIs(visitor, "rating-title");
  await accessible(await visitor.frame(), "after the end");
  await world.shot(visitor.page, "ended");

  // Without a score it says so, and leads there.
  await visitor.press("Enviar valoración");
  await visitor.panel.getByText("Elige una cara primero.").waitFor();
  const radios = visitor.panel.getByRole("radiogroup", { name: "Valoración" });
  await eventually("the first face has the focus", () => radios.getByRole("radio").first().evaluate((radio) => radio === document.activeElement));
  await visitor.page.keyboard.press("ArrowRight");
  assert.equal(await radios.getByRole("radio", { name: "Mal", exact: true }).isChecked(), true);
  await radios.getByText("Muy bien").click();
  await visitor.box("Comentario").fill("Muy amable");
  await visitor.press("Enviar valoración");
  await focusIs(visitor, "rating-done");
  assert.equal(await radios.count(), 0);
  await agent.hears("Muy amable");

  await visitor.say("Una duda más");
  await agent.hears("Una duda más");
  await agent.answer("Dime");
  await visitor.hears("Dime");
  await visitor.press("Nueva conversación");
  await visitor.panel.getByRole("button", { name: "Iniciar chat" }).waitFor();
  await focusIs(visitor, "f-email");
});

test("who is writing when the chat ends goes on writing", async () => {
  const { agent, visitor } = await chat("amedias");
  await visitor.box("Mensaje").pressSequentially("Estoy esc");
  await agent.end();
  await visitor.hears("Lucía terminó el chat");
  await visitor.page.keyboard.type("ribiendo");
  assert.equal(await visitor.box("Mensaje").inputValue(), "Estoy escribiendo");
});

test("what was sent is not offered again, and says where to", async () => {
  const { agent, visitor } = await chat("enviada", { email: "marta@cliente.example" });
  await agent.say("Listo");
  await visitor.hears("Listo");
  await agent.end();
  await visitor.press("Enviar también la transcripción");
  await visitor.panel.getByRole("status").getByText("Transcripción en camino a marta@cliente.example.").waitFor();
  await visitor.panel.getByRole("button", { name: "Enviar también la transcripción" }).waitFor({ state: "hidden" });
  await eventually("the focus is somewhere", async () => (await visitor.frame()).evaluate(() => document.activeElement !== document.body));
});

test("a running chat goes on after the page, open or closed, and leaves nothing behind when it ends", async () => {
  const { agent, visitor } = await chat("navega");
  const number = await visitor.number();
  const [value] = Object.values(await kept(visitor.page));
  assert.match(value, /^open \d+$/);
  await visitor.page.getByRole("link", { name: "Otra página" }).click();
  await visitor.page.waitForURL(/\/otra/);
  await visitor.hears("Lucía Medina se ha unido");
  assert.equal(await visitor.number(), number);
  assert.equal(await visitor.button.getAttribute("aria-expanded"), "true");
  assert.equal(await visitor.page.evaluate(() => document.activeElement === document.body), true, "the page keeps the focus");
  await agent.page.getByText("En la página").waitFor();

  await visitor.press("Cerrar");
  await visitor.page.reload();
  await agent.say("¿Sigues ahí? Te dejo el enlace de la factura.");
  const preview = visitor.page.getByRole("button", { name: "Abrir el chat: ¿Sigues ahí? Te dejo el enlace de la factura." });
  await preview.waitFor();
  assert.equal(await visitor.button.getAttribute("aria-expanded"), "false");
  await visitor.page.locator("ayuda-widget").getByText("1", { exact: true }).waitFor();
  await eventually("the title tells", async () => (await visitor.page.title()) === "1 mensaje nuevo");
  await eventually("and is the page's again", async () => (await visitor.page.title()) === "CuentasOK");
  await accessible(visitor.page, "a preview");
  await world.shot(visitor.page, "preview");
  await visitor.page.getByRole("button", { name: "Descartar" }).click();
  await preview.waitFor({ state: "hidden" });
  // The count stays over another page, and what was dismissed does not come back.
  await visitor.page.reload();
  await visitor.page.locator("ayuda-widget").getByText("1", { exact: true }).waitFor();
  assert.equal(await preview.isVisible(), false);
  await agent.say("Sin prisa");
  await visitor.page.getByRole("button", { name: "Abrir el chat: Sin prisa" }).click();
  await visitor.panel.getByText("Mensajes nuevos").waitFor();
  await visitor.hears("Sin prisa");
  await eventually("the title is the page's", async () => (await visitor.page.title()) === "CuentasOK");

  await agent.end();
  await visitor.hears("Lucía terminó el chat");
  await eventually("nothing is kept", async () => Object.keys(await kept(visitor.page)).length === 0);
  await visitor.page.reload();
  await visitor.sees("Chat");
  assert.equal(visitor.page.frames().length, 1, "no frame before the click");
});

test("a closed panel keeps its socket while the chat runs, and lets go of it after", async () => {
  const { agent, visitor } = await chat("enchufe");
  const sockets = () => world.ayuda.metric('ayuda_sockets{side="visitor"}');
  await visitor.press("Cerrar");
  await agent.say("Te leo");
  await visitor.page.locator("ayuda-widget").getByText("1", { exact: true }).waitFor();
  assert.equal(await sockets(), 1);
  await agent.end();
  await eventually("it is closed", async () => (await sockets()) === 0);
  await visitor.show();
  await visitor.hears("Lucía terminó el chat");
});

test("a form has no socket, and hears of a flip all the same", async () => {
  const site = await world.ayuda.site("sinenchufe");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const context = await world.context();
  const opened = [];
  const visitor = await Visitor.arrive(world, context, site);
  visitor.page.on("websocket", (socket) => opened.push(socket.url()));
  await visitor.sees("Chat");
  await visitor.open();
  await visitor.hydrated();
  await agent.become("Ausente");
  await visitor.panel.getByRole("button", { name: "Enviar solicitud" }).waitFor();
  assert.deepEqual(opened, []);
});

test("a logout takes the running chat off the page", async () => {
  const { visitor } = await chat("salida");
  assert.equal(Object.keys(await kept(visitor.page)).length, 1);
  await visitor.page.evaluate(() => window.ayuda("logout"));
  assert.equal(Object.keys(await kept(visitor.page)).length, 0);
});

test("a lost network is said at once, and so is its return", { skip: lacks("offline") }, async () => {
  const { agent, visitor } = await chat("sincable");
  await visitor.context.setOffline(true);
  await visitor.panel.getByRole("status").getByText("Sin conexión. Reconectando…").waitFor();
  await world.shot(visitor.page, "offline");
  await accessible(await visitor.frame(), "offline");
  await visitor.context.setOffline(false);
  await visitor.panel.getByText("Sin conexión").first().waitFor({ state: "hidden" });
  await agent.say("Otra vez");
  await visitor.hears("Otra vez");
});

test("a frame that cannot load says so, can be closed on a phone, and loads again next time", { skip: lacks("touch") }, async () => {
  const site = await world.ayuda.site("nocarga");
  const context = await world.context({ intercepts: true, viewport: { width: 360, height: 640 }, hasTouch: true, isMobile: true });
  let fails = true;
  await context.route(/\/w\/nocarga\?/, (route) => (fails ? route.fulfill({ status: 502, body: "Bad gateway" }) : route.continue()));
  const visitor = await Visitor.arrive(world, context, site);
  await visitor.sees("Ayuda");
  await visitor.button.tap();
  const alert = visitor.page.getByRole("alert").filter({ hasText: "No pudimos abrir el chat." });
  await alert.waitFor();
  await world.shot(visitor.page, "no-frame");
  await visitor.page.getByRole("button", { name: "Cerrar" }).tap();
  await alert.waitFor({ state: "hidden" });
  await visitor.button.tap();
  await alert.waitFor();
  fails = false;
  await visitor.page.getByRole("button", { name: "Reintentar" }).tap();
  await visitor.box("Mensaje").waitFor();
});

test("a screen reader hears every sentence of a conversation once", async () => {
  const spoken = [];
  const context = await world.context();
  await context.exposeBinding("narrate", (_, sentence) => void spoken.push(sentence));
  await context.addInitScript(listenToLiveRegions);
  const { agent, visitor } = await chat("narrador", { context });
  await agent.box("Mensaje").pressSequentially("Hola, Marta", { delay: 20 });
  await visitor.panel.getByText("Lucía está escribiendo…").waitFor();
  await agent.box("Mensaje").press("Enter");
  await visitor.hears("Hola, Marta");
  await visitor.say("Busco una factura");
  await visitor.panel.getByText("Leído").waitFor();
  // It stands under its message, also once another comes after that.
  const isUnder = async (text) => {
    const frame = await visitor.frame();
    return frame.evaluate((text) => {
      const own = [...document.querySelectorAll(".msg.me")].find((it) => it.textContent.includes(text)).getBoundingClientRect();
      const { top } = document.querySelector("#receipt").getBoundingClientRect();
      return top >= own.bottom && top < own.bottom + 12;
    }, text);
  };
  await eventually("the receipt is under its message", () => isUnder("Busco una factura"));
  await visitor.press("Cerrar");
  await agent.say("Aquí la tienes");
  await visitor.page.getByRole("button", { name: /Abrir el chat/ }).click();
  await visitor.hears("Aquí la tienes");
  await agent.say("¿La ves?");
  await visitor.hears("¿La ves?");
  await eventually("the receipt is where it was", () => isUnder("Busco una factura"));
  // The mark goes with the visitor's answer; what stood around it is not said again.
  await visitor.panel.getByText("Mensajes nuevos").waitFor();
  await visitor.say("Sí, la veo");
  await visitor.panel.getByText("Mensajes nuevos").waitFor({ state: "detached" });
  await agent.end();
  await visitor.hears("Lucía terminó el chat");
  await focusIs(visitor, "rating-title");
  // What the page had said before a reload is not said again.
  await visitor.page.reload();
  await visitor.show();
  await visitor.hears("Aquí la tienes");
  await visitor.say("Gracias");
  await visitor.panel.getByText(/Entregado|Leído/).waitFor();

  const story = [
    "Sigues tú: en un momento te atiende una persona. Puedes seguir escribiendo; lo leerán todo.",
    "Hoy",
    "Tú: Hola, ¿me ayudan con una factura?",
    "Lucía Medina se ha unido",
    "Lucía Medina: Hola, Marta",
    "Tú: Busco una factura",
    "Lucía Medina: Aquí la tienes",
    "Lucía Medina: ¿La ves?",
    "Tú: Sí, la veo",
    "Lucía terminó el chat",
    "Tú: Gracias",
    "Tu ticket se reabrió",
  ];
  await eventually("the story is told", () => spoken.includes(story.at(-1)));
  assert.deepEqual(spoken.map((sentence) => sentence.replace(/^Hoy, .*/, "Hoy")), story);
});

test("an error goes as soon as its field is right, and a refused file says which it is and why", async () => {
  const site = await world.ayuda.site("corrige", { weekly: {} });
  const visitor = await world.visitor(site);
  await visitor.open();
  await visitor.hydrated();
  await visitor.press("Enviar solicitud");
  await visitor.panel.getByText("Escribe tu correo.").waitFor();
  await focusIs(visitor, "f-email");
  await visitor.box("Correo electrónico").pressSequentially("marta@cliente.example");
  await visitor.panel.getByText("Escribe tu correo.").waitFor({ state: "hidden" });
  await visitor.box("Mensaje").fill("Con un programa");
  await visitor.panel.getByText("Revisa lo que está marcado.").waitFor({ state: "hidden" });
  const files = visitor.panel.getByLabel("Archivos adjuntos");
  await files.setInputFiles([
    { name: "bien.txt", mimeType: "text/plain", buffer: Buffer.from("bien") },
    { name: "programa.exe", mimeType: "text/plain", buffer: Buffer.from("mal") },
  ]);
  const chip = visitor.panel.getByRole("listitem").filter({ hasText: "programa.exe" });
  await chip.getByText("No aceptamos archivos de este tipo.").waitFor();
  await accessible(await visitor.frame(), "a refused file");
  await world.shot(visitor.page, "refused-file");
  await visitor.press("Quitar programa.exe");
  await chip.waitFor({ state: "detached" });
  await visitor.press("Enviar solicitud");
  await visitor.panel.getByText("Recibimos tu solicitud").first().waitFor();
});

test("in a low window header and buttons scroll with the rest, and touch fields are large", { skip: lacks("touch") }, async () => {
  const site = await world.ayuda.site("bajo");
  await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site, { viewport: { width: 640, height: 320 }, hasTouch: true, isMobile: true });
  await visitor.sees("Chat");
  await visitor.button.tap();
  await visitor.box("Mensaje").waitFor();
  const frame = await visitor.frame();
  const figures = await frame.evaluate(() => ({
    scrolls: document.querySelector("#panel").scrollHeight > innerHeight,
    letters: [...document.querySelectorAll("input:not([type=hidden], [type=file], [type=radio]), textarea")].map((field) => parseFloat(getComputedStyle(field).fontSize)),
    targets: [...document.querySelectorAll("button")].filter((button) => button.checkVisibility()).map((button) => button.getBoundingClientRect().height),
  }));
  assert.equal(figures.scrolls, true);
  assert.ok(figures.letters.every((size) => size >= 16), String(figures.letters));
  assert.ok(figures.targets.every((height) => height >= 44), String(figures.targets));
  await world.shot(visitor.page, "low");
});

test("who waits sees the place, can leave an address, and need not wait", async () => {
  const site = await world.ayuda.site("impaciente");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "No puedo esperar" });
  await visitor.panel.getByText(/Sigues tú/).waitFor();
  await accessible(await visitor.frame(), "waiting");
  await world.shot(visitor.page, "waiting");
  await visitor.box("Correo electrónico").fill("marta");
  await visitor.press("Guardar correo");
  await visitor.panel.getByText("Escribe una dirección de correo válida", { exact: false }).waitFor();
  await focusIs(visitor, "f-contact");
  await visitor.box("Correo electrónico").fill("marta@cliente.example");
  await visitor.panel.getByText("Escribe una dirección de correo válida", { exact: false }).waitFor({ state: "hidden" });
  await visitor.press("Guardar correo");
  await visitor.panel.getByText("Si se alarga, te escribimos a marta@cliente.example.").waitFor();
  await visitor.press("Dejar una solicitud");
  await visitor.hears("Dejaste tu chat como solicitud de ayuda.");
  await visitor.panel.getByText("Recibimos tu solicitud").first().waitFor();
  await eventually("the focus is somewhere", async () => (await visitor.frame()).evaluate(() => document.activeElement !== document.body));
  await agent.offer.waitFor({ state: "hidden" });
  const mail = await world.mail.find("marta@cliente.example");
  assert.ok(mail.subject.includes(await visitor.number()));
});

test("an address that is being typed while an agent accepts does not end up in the chat", async () => {
  const site = await world.ayuda.site("tecleando");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat();
  await visitor.box("Correo electrónico").pressSequentially("marta@");
  await agent.accept();
  await visitor.hears("Lucía Medina se ha unido");
  await visitor.page.keyboard.type("cliente.example");
  assert.equal(await visitor.box("Mensaje").inputValue(), "");
  assert.equal(await visitor.box("Correo electrónico").inputValue(), "marta@cliente.example");
  await visitor.press("Guardar correo");
  await visitor.box("Correo electrónico").waitFor({ state: "hidden" });
  await eventually("the focus is somewhere", async () => (await visitor.frame()).evaluate(() => document.activeElement !== document.body));
});

test("an answer of a file alone has its name in the preview", async () => {
  const { agent, visitor } = await chat("adjunto");
  await visitor.press("Cerrar");
  await agent.page.locator(".composer input[type=file]").setInputFiles({ name: "factura.txt", mimeType: "text/plain", buffer: Buffer.from("total: 12") });
  await agent.page.getByText("factura.txt").waitFor();
  await agent.page.getByRole("button", { name: "Enviar", exact: true }).click();
  await visitor.page.getByRole("button", { name: "Abrir el chat: Archivo: factura.txt" }).waitFor();
});

test("a double click on the button leaves the focus on it", async () => {
  const site = await world.ayuda.site("doble");
  const visitor = await world.visitor(site);
  await visitor.sees("Ayuda");
  await visitor.button.dblclick();
  const frame = await visitor.frame();
  // It is hidden by now: nothing in it is painted.
  await eventually("the panel's script is there", () => frame.evaluate(() => document.documentElement.dataset.ready !== undefined));
  assert.equal(await visitor.button.getAttribute("aria-expanded"), "false");
  assert.equal(await visitor.page.evaluate(() => document.activeElement.shadowRoot?.activeElement?.id), "b");
});

test("a logout is done though the page goes on, or the panel's script fails, before the panel hears of it", async () => {
  const { visitor } = await chat("adios");
  const { page } = visitor;
  let fails = true, failed = 0;
  await visitor.context.route(/frame\.[^/]*js/, (route) => (fails ? (failed++, route.abort()) : route.continue()));
  await page.reload();
  await visitor.sees("Chat");
  await page.evaluate(() => {
    window.ayuda("identify", { name: "Otra persona" });
    window.ayuda("logout");
  });
  const left = Object.values(await kept(page));
  assert.ok(left.length === 1 && /^left \d+$/.test(left[0]), left.join());
  await eventually("the script has failed", async () => failed > 0 && (await page.locator("script[src*='/frame.']").count()) === 0);
  await visitor.sees("Chat");
  fails = false;
  await page.reload();
  await eventually("the panel has heard", async () => Object.keys(await kept(page)).length === 0);
  await visitor.open();
  assert.equal(await visitor.panel.getByRole("log").isVisible(), false);
});

test("a panel that opens by itself and cannot load takes no focus", async () => {
  const { visitor } = await chat("callada");
  await visitor.context.route(/\/w\/callada\?/, (route) => route.fulfill({ status: 502, body: "Bad gateway" }));
  await visitor.page.reload();
  await visitor.page.getByRole("alert").filter({ hasText: "No pudimos abrir el chat." }).waitFor();
  assert.equal(await visitor.page.evaluate(() => document.activeElement === document.body), true);
});

test("a browser that keeps nothing says so, with the ticket's link as the way back", async () => {
  const context = await world.context();
  await context.addInitScript(() => {
    if (window.parent === window) return;
    for (const storage of ["localStorage", "sessionStorage"]) {
      Object.defineProperty(window, storage, { get() { throw new DOMException("blocked", "SecurityError"); } });
    }
    Object.defineProperty(Document.prototype, "cookie", { get: () => "", set() {} });
  });
  const { visitor } = await chat("nadaguarda", { context });
  const said = visitor.panel.getByText("Este navegador no guarda la conversación.");
  await said.waitFor();
  assert.match(await said.getByRole("link", { name: "Abrir mi ticket" }).getAttribute("href"), /\/t\/CO-\d+\?k=/);
  await accessible(await visitor.frame(), "nothing is kept");
});

test("a page inside srcdoc, and one that isolates itself, open the panel", async () => {
  const site = await world.ayuda.site("raros");
  await world.agent("Lucía Medina", { sites: [site] });
  const context = await world.context();
  const isolated = await context.newPage();
  await isolated.goto(world.host.page(site, { isolated: true }));
  assert.equal(await isolated.evaluate(() => self.crossOriginIsolated), true);
  await isolated.getByRole("button", { name: "Chat", exact: true }).click();
  await isolated.frameLocator("iframe").getByRole("textbox", { name: "Mensaje" }).waitFor();

  const outer = await context.newPage();
  await outer.goto(world.host.page("nadie-aqui"));
  await outer.evaluate(([src, site]) => {
    const frame = document.createElement("iframe");
    frame.srcdoc = `<!doctype html><title>Dentro</title><script async src="${src}" data-site="${site}"></scr` + `ipt>`;
    frame.style = "width:600px;height:700px";
    document.body.prepend(frame);
  }, [`${world.ayuda.origin}/widget.js`, site]);
  const inner = outer.frameLocator("iframe").first();
  await inner.getByRole("button", { name: "Chat", exact: true }).click();
  const panel = inner.frameLocator("iframe");
  await panel.getByRole("textbox", { name: "Mensaje" }).waitFor();
  await panel.getByRole("button", { name: "Cerrar" }).click();
  await eventually("it is closed", async () => (await inner.getByRole("button", { name: "Chat", exact: true }).getAttribute("aria-expanded")) === "false");
});

test("with the site in the script's address one request makes the button", async () => {
  const site = await world.ayuda.site("unasola");
  await world.agent("Lucía Medina", { sites: [site] });
  const context = await world.context();
  const page = await context.newPage();
  const asked = [];
  page.on("request", (request) => request.url().startsWith(world.ayuda.origin) && asked.push(new URL(request.url()).pathname));
  await page.goto(world.host.page(site, { inAddress: true }));
  await page.getByRole("button", { name: "Chat", exact: true }).waitFor();
  await eventually("it listens", () => asked.includes(`/w/${site}/events`));
  assert.deepEqual(asked.sort(), [`/w/${site}/events`, "/widget.js"]);
});

test("the page can give what cannot be sent, and the agent sees the address that the page has now", async () => {
  const site = await world.ayuda.site("ahora");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  await visitor.page.evaluate(() => {
    window.ayuda("set", { cart: new Proxy([], {}), node: document.body, run() {}, subject: "Factura" });
    window.ayuda("identify", { name: "Marta", tags: [] });
  });
  await visitor.open();
  await eventually("the name is known", async () => (await visitor.box("Nombre").inputValue()) === "Marta");
  assert.equal(await visitor.box("Asunto").inputValue(), "Factura");
  await visitor.page.evaluate(() => history.pushState({}, "", "/planes"));
  await visitor.box("Mensaje").fill("¿Cuánto cuesta?");
  await visitor.press("Iniciar chat");
  await agent.offer.getByText("/planes").waitFor();
});
