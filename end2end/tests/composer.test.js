// What a visitor puts into the composer: files by drop and paste, text that looks like something else, a message that does not arrive.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessible } from "../support/axe.js";
import { lacks } from "../support/engines.js";
import { Visitor } from "../support/visitor.js";
import { World } from "../support/world.js";
import { eventually } from "../support/wait.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

async function chat(site, context) {
  await world.ayuda.site(site);
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await Visitor.arrive(world, context ?? (await world.context()), site);
  await visitor.startChat();
  await agent.accept();
  await visitor.hears("se ha unido");
  return { agent, visitor };
}

/** Files in the hands of the browser, as a drop or a paste brings them. */
const carried = (frame, files) => frame.evaluateHandle((files) => {
  const data = new DataTransfer();
  for (const { name, type, base64 } of files) {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    data.items.add(new File([bytes], name, { type }));
  }
  return data;
}, files);

test("files are dropped onto the conversation, and a picture is pasted into the composer", { skip: lacks("paste") }, async () => {
  const { agent, visitor } = await chat("soltar");
  const frame = await visitor.frame();
  const dropped = await carried(frame, [{ name: "notas.txt", type: "text/plain", base64: btoa("Tres notas") }]);
  const log = frame.locator("#log");
  await log.dispatchEvent("dragover", { dataTransfer: dropped });
  await visitor.panel.getByText("Suelta los archivos aquí").waitFor();
  await accessible(frame, "files are held over the conversation");
  await log.dispatchEvent("drop", { dataTransfer: dropped });
  await visitor.panel.getByText("Suelta los archivos aquí").waitFor({ state: "hidden" });
  await visitor.panel.getByRole("button", { name: "Quitar notas.txt" }).waitFor();

  const pasted = await carried(frame, [{ name: "image.png", type: "image/png", base64: PIXEL }]);
  await frame.locator("#c-message").evaluate((composer, data) =>
    composer.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })), pasted);
  await visitor.panel.getByRole("button", { name: "Quitar image.png" }).waitFor();
  await eventually("both are up", async () => !(await frame.locator("#uploads progress:not([hidden])").count()));
  await visitor.press("Enviar");
  await visitor.panel.getByRole("button", { name: /Descargar.*notas\.txt/ }).waitFor();
  await frame.locator("#log img").waitFor();
  await agent.hears("notas.txt");
  await agent.hears("image.png");
});

test("an answer that waits for a file does not go without it, nor half typed", { skip: lacks("paste") }, async () => {
  const site = await world.ayuda.site("conarchivo");
  const agent = await world.agent("Lucía Medina", { sites: [site], intercepts: true });
  const visitor = await world.chat(site, agent);
  const { page } = agent;
  let fail;
  const failed = new Promise((go) => (fail = go));
  await page.route("**/console/files?*", async (route) => {
    await failed;
    await route.fulfill({ status: 413, contentType: "application/problem+json", body: JSON.stringify({ code: "file_too_large", field: "files", limit: 10_000_000 }) });
  });
  await page.locator(".composer input[type=file]").setInputFiles({ name: "factura.txt", mimeType: "text/plain", buffer: Buffer.from("Hola") });
  await page.locator(".uploads").getByText("factura.txt").waitFor();
  await agent.box("Mensaje").fill("Te adjunto la factura");
  await agent.box("Mensaje").press("Enter");
  fail();
  await eventually("it says what became of the file", async () => (await page.locator(".uploads .alert").count()) === 1);
  assert.equal(await agent.box("Mensaje").inputValue(), "Te adjunto la factura");
  await agent.say("Otra cosa");
  await visitor.hears("Otra cosa");
  assert.equal(await visitor.log.getByText("Te adjunto la factura").count(), 0);
});

test("what a spreadsheet puts into the clipboard is pasted as its text, by visitors and agents", { skip: lacks("paste") }, async () => {
  const { agent, visitor } = await chat("hoja");
  for (const [frame, composer] of [[await visitor.frame(), "#c-message"], [agent.page, "#composer"]]) {
    const pasted = await carried(frame, [{ name: "image.png", type: "image/png", base64: PIXEL }]);
    const wasTaken = (data) => frame.locator(composer).evaluate((composer, data) =>
      !composer.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })), data);
    await pasted.evaluate((data) => data.setData("text/plain", "Enero\t120"));
    assert.equal(await wasTaken(pasted), false, "the browser puts the text in");
    const picture = await carried(frame, [{ name: "solo.png", type: "image/png", base64: PIXEL }]);
    assert.equal(await wasTaken(picture), true);
    await frame.getByRole("button", { name: "Quitar solo.png" }).waitFor();
    assert.equal(await frame.getByRole("button", { name: "Quitar image.png" }).count(), 0);
  }
});

test("the Enter of an input method sends nothing, by visitors and agents", async () => {
  const { agent, visitor } = await chat("metodo");
  for (const [frame, composer] of [[await visitor.frame(), "#c-message"], [agent.page, "#composer"]]) {
    const area = frame.locator(composer);
    await area.fill("半分の文");
    const isOurs = (keyCode) => area.evaluate((area, keyCode) =>
      !area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", keyCode, bubbles: true, cancelable: true })), keyCode);
    assert.equal(await isOurs(229), false);
    assert.equal(await area.inputValue(), "半分の文");
    assert.equal(await isOurs(13), true);
    await eventually("it was sent", async () => (await area.inputValue()) === "");
  }
});

test("a text is laid out in the direction of its script, wherever people read or write it", async () => {
  const { agent, visitor } = await chat("sentido");
  const arabic = "مرحبا، أحتاج إلى مساعدة";
  await visitor.say(arabic);
  await agent.hears(arabic);
  await agent.say(`${arabic}!`);
  await visitor.hears(`${arabic}!`);
  const direction = (locator) => locator.evaluate((element) => getComputedStyle(element).direction);
  for (const log of [visitor.log, agent.log]) {
    for (const text of [arabic, `${arabic}!`]) assert.equal(await direction(log.getByText(text, { exact: true })), "rtl");
    assert.equal(await direction(log.getByText("Hola, ¿me ayudan con una factura?")), "ltr");
  }
  for (const one of [visitor, agent]) {
    await one.box("Mensaje").fill(arabic);
    assert.equal(await direction(one.box("Mensaje")), "rtl");
  }
  const page = await visitor.context.newPage();
  await page.goto(await visitor.panel.locator(".link-to-ticket").first().getAttribute("href"));
  assert.equal(await direction(page.getByText(arabic, { exact: true })), "rtl");
  const reply = page.getByRole("textbox", { name: "Responder" });
  await reply.fill(arabic);
  assert.equal(await direction(reply), "rtl");
});

test("an empty file is told so as soon as it is chosen or dropped", async () => {
  const site = await world.ayuda.site("vacio", { weekly: {} });
  const visitor = await world.visitor(site);
  await visitor.open();
  await visitor.hydrated();
  const frame = await visitor.frame();
  const empty = await carried(frame, [{ name: "nada.txt", type: "text/plain", base64: "" }]);
  await frame.locator("#intake").dispatchEvent("drop", { dataTransfer: empty });
  await visitor.panel.getByText("El archivo está vacío.", { exact: true }).waitFor();
  await visitor.press("Quitar nada.txt");
  await visitor.panel.getByText("El archivo está vacío.", { exact: true }).waitFor({ state: "hidden" });
  await frame.locator("#f-files").setInputFiles({ name: "nada.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
  await visitor.panel.getByText("El archivo está vacío.", { exact: true }).waitFor();
});

test("files are dropped onto the Ayuda form, and taken out again", async () => {
  const site = await world.ayuda.site("soltarayuda", { weekly: {} });
  const visitor = await world.visitor(site);
  await visitor.open();
  await visitor.hydrated();
  const frame = await visitor.frame();
  const files = ["uno.txt", "dos.txt"].map((name) => ({ name, type: "text/plain", base64: btoa(name) }));
  await frame.locator("#intake").dispatchEvent("drop", { dataTransfer: await carried(frame, files) });
  await visitor.press("Quitar uno.txt");
  await visitor.panel.getByRole("button", { name: "Quitar uno.txt" }).waitFor({ state: "detached" });
  await visitor.box("Correo electrónico").fill("marta@cliente.example");
  await visitor.box("Mensaje").fill("Con un archivo soltado");
  await visitor.press("Enviar solicitud");
  await visitor.panel.getByRole("button", { name: /Descargar.*dos\.txt/ }).waitFor();
  assert.equal(await visitor.panel.getByText("uno.txt").count(), 0);
});

test("markup is text, an address is a link, a script is neither; the count follows what is typed", async () => {
  const { agent, visitor } = await chat("textos");
  const evil = "<img src=x onerror=alert(1)> javascript:alert(1) 👋🏽 ñandú & <b>nada</b>";
  await visitor.box("Mensaje").fill(`  ${evil}  `);
  // Characters as people count them for a limit: Unicode scalar values, without the space around.
  await visitor.panel.getByText(`${[...evil].length} / 1000`).waitFor();
  await visitor.press("Enviar");
  await visitor.panel.getByText("0 / 1000").waitFor();
  await visitor.say("Mira https://cuentasok.example/a?b=1&c=2. o escribe a ayuda@cuentasok.example");
  for (const log of [visitor.log, agent.log]) {
    await log.getByText(evil, { exact: true }).waitFor();
    await log.getByRole("link", { name: "https://cuentasok.example/a?b=1&c=2", exact: true }).waitFor();
    assert.equal(await log.locator("img, b:has-text('nada')").count(), 0);
    const hrefs = await log.getByRole("link").evaluateAll((links) => links.map((link) => link.getAttribute("href")));
    assert.ok(hrefs.includes("https://cuentasok.example/a?b=1&c=2"), hrefs.join());
    assert.ok(hrefs.every((href) => /^(https?:|mailto:|\/)/.test(href)), hrefs.join());
  }
});

test("a message that nobody acknowledges for a minute says so, and goes out when it is asked to", async () => {
  const context = await world.context();
  // The panel's clock is ours, so that no minute passes; the network swallows what is said, and nothing else.
  await context.clock.install();
  let deaf = false, swallowed = 0;
  await context.routeWebSocket(/\/w\/nadie\/socket/, (panel) => {
    const server = panel.connectToServer();
    panel.onMessage((frame) => {
      if (deaf && String(frame).startsWith('{"say"')) swallowed++;
      else server.send(frame);
    });
  });
  const { agent, visitor } = await chat("nadie", context);
  deaf = true;
  await visitor.say("¿Llega esto?");
  await visitor.panel.locator("#receipt").getByText("Enviando…").waitFor();
  await eventually("it was sent", () => swallowed > 0);
  await context.clock.fastForward(61_000);
  const again = visitor.log.getByRole("button", { name: "Reintentar" });
  await again.waitFor();
  await visitor.log.getByText("No enviado").waitFor();
  await accessible(await visitor.frame(), "a message that was not sent");
  await world.shot(visitor.page, "unsent");

  const before = swallowed;
  await again.click();
  await visitor.panel.locator("#receipt").getByText("Enviando…").waitFor();
  await again.waitFor({ state: "hidden" });
  await eventually("it is tried again", () => swallowed > before);
  deaf = false;
  await context.clock.fastForward(31_000);
  await agent.hears("¿Llega esto?");
  await visitor.panel.locator("#receipt").getByText(/Entregado|Leído/).waitFor();
  assert.equal((await agent.log.evaluate((log) => log.innerText)).split("¿Llega esto?").length, 2, "it is there once");
});

test("an answer is heard when the panel is not on screen, and only then", async () => {
  const context = await world.context();
  await context.addInitScript(() => {
    window.tones = 0;
    const silent = { setValueAtTime() {}, exponentialRampToValueAtTime() {} };
    const node = (more) => ({ connect: (next) => next, ...more });
    window.AudioContext = class {
      currentTime = 0;
      destination = node();
      createOscillator = () => node({ frequency: {}, start: () => window.tones++, stop() {} });
      createGain = () => node({ gain: silent });
    };
  });
  const { agent, visitor } = await chat("sonido", context);
  const frame = await visitor.frame();
  const tones = () => frame.evaluate(() => window.tones);
  const badge = (count) => visitor.page.locator("ayuda-widget").getByText(count, { exact: true }).waitFor();
  await agent.say("Te leo");
  await visitor.hears("Te leo");
  assert.equal(await tones(), 0, "what is seen needs no sound");
  await visitor.press("Cerrar");
  await agent.say("¿Sigues ahí?");
  await badge("1");
  const heard = await tones();
  assert.ok(heard > 0, "it was heard");

  await visitor.show();
  await visitor.press("Menú");
  const sound = visitor.panel.getByRole("menuitemcheckbox", { name: "Sonido" });
  assert.equal(await sound.getAttribute("aria-checked"), "true");
  await sound.click();
  assert.equal(await sound.getAttribute("aria-checked"), "false");
  await visitor.page.keyboard.press("Escape");
  await visitor.press("Cerrar");
  await agent.say("Sin ruido");
  await badge("1");
  assert.equal(await tones(), heard, "switched off, it stays quiet");
});

/** One transparent pixel. */
const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
