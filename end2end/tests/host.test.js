// On the owner's page: what the tag costs, what it never does, and who may show it.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { daily } from "../support/ayuda.js";
import { lacks } from "../support/engines.js";
import { World } from "../support/world.js";
import { Visitor } from "../support/visitor.js";
import { eventually } from "../support/wait.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

test("before the click: the loader, one status, one stream; no frame, cookie, storage, socket or wasm", async () => {
  const site = await world.ayuda.site("ligero");
  const context = await world.context();
  const page = await context.newPage();
  const asked = [], sockets = [];
  page.on("request", (request) => request.url().startsWith(world.ayuda.origin) && asked.push(new URL(request.url()).pathname));
  page.on("websocket", (socket) => sockets.push(socket.url()));
  await page.goto(world.host.page(site));
  await page.getByRole("button", { name: "Ayuda", exact: true }).waitFor();
  // Everything that the tag does by itself it has done when a change of the desk, said on its one stream, shows.
  await world.agent("Lucía Medina", { sites: [site] });
  await page.getByRole("button", { name: "Chat", exact: true }).waitFor();
  assert.deepEqual(asked.sort(), [`/w/${site}/events`, `/w/${site}/status`, "/widget.js"]);
  assert.deepEqual(sockets, []);
  assert.equal(page.frames().length, 1);
  assert.deepEqual(await context.cookies(), []);
  assert.deepEqual(await page.evaluate(() => [document.cookie, localStorage.length, sessionStorage.length]), ["", 0, 0]);
});

test("a chat under a policy that allows our origin and nothing else", async () => {
  const site = await world.ayuda.site("estricto", { origins: [world.host.origin] });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const context = await world.context();
  const refused = [];
  const visitor = new Visitor();
  Object.assign(visitor, { world, context, site, page: await context.newPage() });
  visitor.page.on("console", (message) => /Content Security Policy|Refused to/.test(message.text()) && refused.push(message.text()));
  visitor.page.on("pageerror", (error) => refused.push(String(error)));
  await visitor.page.goto(world.host.page(site, { csp: true }));
  await visitor.startChat({ message: "Bajo una política estricta" });
  await agent.accept();
  await agent.say("Llegó");
  await visitor.hears("Llegó");
  const look = await visitor.button.evaluate((button) => getComputedStyle(button).position);
  assert.equal(look, "fixed", "the button has its looks");
  await agent.say("Otra");
  await visitor.press("Cerrar");
  assert.deepEqual(refused, []);
});

test("the tag's own words stand on the button, at the distance that it asks for", async () => {
  const site = await world.ayuda.site("apartado");
  const visitor = await world.visitor(site, { page: { attributes: 'data-label="Soporte" data-offset="48"' } });
  const button = visitor.page.getByRole("button", { name: "Soporte", exact: true });
  await button.waitFor();
  const at = await button.evaluate((it) => it.getBoundingClientRect().toJSON());
  const { width, height } = visitor.page.viewportSize();
  assert.deepEqual([at.left, Math.round(height - at.bottom)], [48, 48], `in ${width} x ${height}`);
});

test("the tag's theme is that of button, panel and preview, whatever the system's is", async () => {
  const site = await world.ayuda.site("tema");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  /** How light a computed colour is, 0 to 1. */
  const lightness = (locator) => locator.evaluate((element) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
    canvas.fillStyle = getComputedStyle(element).backgroundColor;
    canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = canvas.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / 765;
  });
  for (const [theme, colorScheme, isDark] of [["dark", "light", true], ["light", "dark", false], ["auto", "dark", true], ["auto", "light", false]]) {
    const visitor = await world.visitor(site, { page: { attributes: `data-theme="${theme}"` }, colorScheme });
    await visitor.startChat({ message: `Con ${theme} en ${colorScheme}` });
    await agent.accept();
    const said = `${theme} in a ${colorScheme} system`;
    assert.equal(await lightness(visitor.panel.locator("#panel")) < 0.5, isDark, `the panel, ${said}`);
    await visitor.press("Cerrar");
    await agent.say("¿Me compartes el folio?");
    const preview = visitor.page.getByRole("button", { name: /^Abrir el chat/ }).locator("..");
    await preview.waitFor();
    assert.equal(await lightness(preview) < 0.5, isDark, `the preview, ${said}`);
    await visitor.page.close();
    await agent.end();
  }
});

test("a page that may not show the site does not", async () => {
  const site = await world.ayuda.site("ajeno", { origins: ["https://cuentasok.com"] });
  const context = await world.context();
  await context.addInitScript(() => {
    window.refused = new Promise((told) => window.addEventListener("ayuda:error", ({ detail }) => told(detail.code)));
  });
  const page = await context.newPage();
  await page.goto(world.host.page(site));
  assert.equal(await page.evaluate(() => window.refused), "origin_not_allowed");
  assert.equal(await page.getByRole("button", { name: /^(Chat|Ayuda)$/ }).count(), 0);
  const panel = await fetch(`${world.ayuda.origin}/w/${site}`);
  assert.match(panel.headers.get("content-security-policy"), /frame-ancestors[^;]*https:\/\/cuentasok\.com/);
});

test("another site sees nothing of the first", async () => {
  const one = await world.ayuda.site("uno", { prefix: "UN" });
  const two = await world.ayuda.site("dos", { prefix: "DO", name: "Otra casa" });
  const lucia = await world.agent("Lucía Medina", { sites: [one] });
  const omar = await world.agent("Omar Díaz", { sites: [two] });
  const visitor = await world.visitor(one);
  await visitor.startChat({ message: "Solo para la primera" });
  await lucia.accept();
  await lucia.say("Secreto de la primera");
  await visitor.hears("Secreto de la primera");

  // The same browser on a page of the second site.
  const page = await visitor.context.newPage();
  const there = Object.assign(new Visitor(), { world, context: visitor.context, site: two, page });
  await page.goto(world.host.page(two));
  await there.sees("Chat");
  await there.open();
  await there.hydrated();
  assert.equal(await there.panel.getByText("Solo para la primera").count(), 0);
  // The first chat that the other agent is told of is the one of their own site, which began later.
  await there.box("Nombre").fill("Marta Ríos");
  await there.box("Mensaje").fill("Solo para la segunda");
  await there.press("Iniciar chat");
  await omar.offer.getByText("Solo para la segunda").waitFor();
  assert.equal(await omar.page.getByText("Solo para la primera").count(), 0);
  await omar.accept();
  // Not by its address either.
  await omar.page.goto(lucia.page.url());
  await omar.page.getByRole("heading", { name: "Esto no existe" }).waitFor();
  assert.equal(await omar.page.getByText("Secreto de la primera").count(), 0);
});

test("Escape closes the panel, and the focus comes back to the button", async () => {
  const site = await world.ayuda.site("escape");
  await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  await visitor.button.focus();
  await visitor.page.keyboard.press("Enter");
  await visitor.box("Nombre").waitFor();
  await eventually("the focus is in the panel", () => visitor.page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.tagName === "IFRAME"));
  const frame = await visitor.frame();
  await eventually("on its first field", () => frame.evaluate(() => document.activeElement?.tagName === "INPUT"));
  await visitor.page.keyboard.press("Escape");
  await eventually("the panel is closed", async () => (await visitor.button.getAttribute("aria-expanded")) === "false");
  await eventually("the button has the focus", () => visitor.page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.tagName === "BUTTON"));
  assert.equal(await visitor.page.locator("iframe").isVisible(), false);
});

test("on a phone the panel is the whole screen", { skip: lacks("touch") }, async () => {
  const site = await world.ayuda.site("telefono");
  await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });
  await visitor.sees("Chat");
  await visitor.button.tap();
  await visitor.box("Mensaje").waitFor();
  // It slides in.
  await visitor.page.evaluate(() => {
    const { shadowRoot } = document.querySelector("ayuda-widget");
    return Promise.all(shadowRoot.getAnimations().map(({ finished }) => finished));
  });
  const box = await visitor.page.locator("iframe").boundingBox();
  assert.deepEqual(box, { x: 0, y: 0, width: 390, height: 844 });
  await world.shot(visitor.page, "phone");
  await visitor.press("Cerrar");
  assert.equal(await visitor.page.locator("iframe").isVisible(), false);
});

test("left by default, right when asked; twice on a page is once", async () => {
  const site = await world.ayuda.site("lado");
  const left = await world.visitor(site);
  await left.sees("Ayuda");
  assert.ok((await left.button.boundingBox()).x < 100);
  const right = await world.visitor(site, { page: { attributes: 'data-position="right" data-hue="150"' } });
  await right.sees("Ayuda");
  assert.ok((await right.button.boundingBox()).x > 1000);
  const asked = [];
  left.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await left.page.evaluate((src) => new Promise((loaded) => {
    const script = document.createElement("script");
    script.src = src;
    script.dataset.site = "lado";
    script.onload = loaded;
    document.body.append(script);
  }), `${world.ayuda.origin}/widget.js`);
  // What a tag draws it draws as it loads, and then asks for the status: the second did neither.
  assert.equal(await left.page.locator("ayuda-widget").count(), 1);
  await world.agent("Lucía Medina", { sites: [site] });
  await left.sees("Chat");
  // The script itself may come from the browser's memory.
  assert.deepEqual(asked.filter((path) => path !== "/widget.js"), []);
});

test("in the head of a page, and after an app replaced the body", async () => {
  const site = await world.ayuda.site("cabeza");
  const visitor = await world.visitor(site, { page: { head: true } });
  await visitor.sees("Ayuda");
  await visitor.page.evaluate(() => document.body.replaceWith(document.createElement("body")));
  await visitor.sees("Ayuda");
});

test("window.ayuda: calls from before the load, events after", async () => {
  const site = await world.ayuda.site("api");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const context = await world.context();
  await context.addInitScript(() => {
    window.ayuda = window.ayuda || function () { (window.ayuda.q = window.ayuda.q || []).push(arguments); };
    window.heard = [];
    for (const name of ["ready", "open", "close", "status", "message", "unread", "ticket", "error"]) {
      window.addEventListener(`ayuda:${name}`, (event) => window.heard.push([name, event.detail]));
    }
    window.ayuda("identify", { name: "Marta Ríos", email: "marta@cliente.example" });
  });
  const visitor = await Visitor.arrive(world, context, site);
  await visitor.sees("Chat");
  await visitor.page.evaluate(() => window.ayuda("open"));
  await visitor.box("Mensaje").waitFor();
  await eventually("the name is known", async () => (await visitor.box("Nombre").inputValue()) === "Marta Ríos");
  await visitor.box("Mensaje").fill("Desde la página");
  await visitor.press("Iniciar chat");
  await visitor.log.waitFor();
  await agent.accept();
  await visitor.hears("se ha unido");
  await visitor.page.evaluate(() => window.ayuda("close"));
  await agent.say("Hola");
  await eventually("every event came", async () => {
    const heard = await visitor.page.evaluate(() => window.heard);
    const names = new Set(heard.map(([name]) => name));
    return ["ready", "open", "close", "status", "message", "unread", "ticket"].every((name) => names.has(name)) && heard;
  });
  assert.match((await visitor.page.evaluate(() => window.heard.find(([name]) => name === "ticket")))[1].number, /^CO-\d+$/);
  await visitor.page.evaluate(() => window.ayuda("hide"));
  await eventually("the button is hidden", async () => !(await visitor.button.isVisible()));
  await visitor.page.evaluate(() => window.ayuda("show"));
  await visitor.button.waitFor();
});

test("window.ayuda: toggle, set, lang, off and logout do what they say", async () => {
  const site = await world.ayuda.site("verbos");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  const call = (...args) => visitor.page.evaluate((args) => window.ayuda(...args), args);
  const opened = () => visitor.button.getAttribute("aria-expanded");
  const calls = () => visitor.page.evaluate(() => window.calls);
  await visitor.page.evaluate(() => {
    window.calls = [];
    const hear = (name) => (detail) => window.calls.push([name, detail]);
    window.hears = { kept: hear("kept"), dropped: hear("dropped") };
    // Ready is long past: who asks now is told at once.
    window.ayuda("on", "ready", hear("ready"));
    for (const listener of Object.values(window.hears)) window.ayuda("on", "open", listener);
    window.ayuda("off", "open", window.hears.dropped);
  });
  assert.deepEqual(await calls(), [["ready", { site }]]);

  await call("set", { subject: "Factura 88213", message: "Escrito por la página" });
  await call("toggle");
  assert.equal(await opened(), "true");
  assert.deepEqual((await calls()).slice(1).map(([name]) => name), ["kept"]);
  await eventually("the page's words are in the form", async () => (await visitor.box("Asunto").inputValue()) === "Factura 88213");
  await eventually("and its message", async () => (await visitor.box("Mensaje").inputValue()) === "Escrito por la página");
  await call("toggle");
  assert.equal(await opened(), "false");

  await call("lang", "en");
  await call("open");
  await visitor.box("Message").waitFor();
  await eventually("the frame speaks English", async () => (await visitor.page.locator("iframe").getAttribute("title")) === "Help window");
  await call("lang", "es");
  await visitor.box("Nombre").fill("Marta");
  await visitor.box("Mensaje").fill("Una pregunta");
  await visitor.press("Iniciar chat");
  await visitor.log.getByText("Una pregunta").waitFor();
  await agent.accept();
  await visitor.hears("se ha unido");

  // Whoever sits down next at this browser finds nothing of it.
  await call("logout");
  await visitor.panel.getByRole("button", { name: "Iniciar chat" }).waitFor();
  assert.equal(await visitor.panel.getByText("Una pregunta").count(), 0);
  await visitor.page.reload();
  await visitor.sees("Chat");
  await visitor.open();
  await visitor.hydrated();
  assert.equal(await visitor.box("Mensaje").inputValue(), "");
  assert.equal(await visitor.panel.getByRole("button", { name: "Iniciar chat" }).isVisible(), true);
  // A verb that there is not harms nothing.
  await call("nothing-of-the-kind");
});

test("who is identified anew takes the place of who was before; what the visitor typed stays; a logout empties everything", async () => {
  const site = await world.ayuda.site("quien");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  const call = (...args) => visitor.page.evaluate((args) => window.ayuda(...args), args);
  const shows = (name, text) => eventually(`${name} is "${text}"`, async () => (await visitor.box(name).inputValue()) === text);
  await call("identify", { name: "Ana", email: "ana@cliente.example" });
  await visitor.open();
  await shows("Nombre", "Ana");
  await shows("Correo electrónico", "ana@cliente.example");
  await call("identify", { name: "Beto" });
  await shows("Nombre", "Beto");
  await shows("Correo electrónico", "");
  await visitor.box("Nombre").fill("Beto Paz");
  await call("identify", { name: "Carla", email: "carla@cliente.example" });
  await shows("Correo electrónico", "carla@cliente.example");
  await shows("Nombre", "Beto Paz");

  await visitor.box("Mensaje").fill("A medias");
  await call("logout");
  for (const name of ["Nombre", "Correo electrónico", "Asunto", "Mensaje"]) await shows(name, "");
  await call("identify", { name: "Dora" });
  await shows("Nombre", "Dora");
  await visitor.box("Mensaje").fill("Soy Dora");
  await visitor.press("Iniciar chat");
  await agent.accept();
  await agent.hears("Soy Dora");
  assert.equal(await agent.page.getByText(/Ana|Beto|Carla|carla@/).count(), 0);
});

test("a page that logs one visitor out and another in before the panel is there shows the second", async () => {
  const site = await world.ayuda.site("relevo");
  await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Chat");
  await visitor.page.evaluate(() => {
    window.ayuda("identify", { name: "Ana", email: "ana@cliente.example" });
    window.ayuda("logout");
    window.ayuda("identify", { name: "Beto" });
    window.ayuda("open");
  });
  await eventually("Beto is there", async () => (await visitor.box("Nombre").inputValue()) === "Beto");
  assert.equal(await visitor.box("Correo electrónico").inputValue(), "");
});

test("a long address and a long name that the page gives refuse nothing", async () => {
  const site = await world.ayuda.site("largos");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site, { page: { path: `/?donde=${"x".repeat(2100)}` } });
  await visitor.sees("Chat");
  await visitor.page.evaluate(() => window.ayuda("identify", { name: "ñ".repeat(500) }));
  await visitor.open();
  await eventually("the name is cut", async () => (await visitor.box("Nombre").inputValue()) === "ñ".repeat(120));
  await visitor.box("Mensaje").fill("Desde lejos");
  await visitor.press("Iniciar chat");
  await visitor.log.getByText("Desde lejos").waitFor();
  await agent.accept();
});

test("when the desk opens is said by the server's clock, whatever the visitor's says", async () => {
  // Midnight in the visitor's zone is never more than a day away.
  const site = await world.ayuda.site("reloj", { zone: "America/Mexico_City", weekly: daily([["00:00", "00:01"]]) });
  for (const days of [-3, 3]) {
    const context = await world.context();
    await context.clock.install({ time: Date.now() + days * 86_400_000 });
    const visitor = await Visitor.arrive(world, context, site);
    await visitor.sees("Ayuda");
    await visitor.open();
    await visitor.hydrated();
    await visitor.panel.getByText(/^Volvemos mañana/).waitFor();
  }
});

test("the button comes back however often the body is replaced", async () => {
  const site = await world.ayuda.site("cuerpos");
  const visitor = await world.visitor(site);
  await visitor.sees("Ayuda");
  await visitor.page.evaluate(async () => {
    for (let i = 0; i < 220; i++) {
      document.body.replaceWith(document.createElement("body"));
      await new Promise((later) => setTimeout(later));
    }
  });
  await visitor.sees("Ayuda");
});

test("what is typed before wasm arrives is still there after, and can be sent before", async () => {
  const site = await world.ayuda.site("antes");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const context = await world.context({ intercepts: true });
  let release;
  const held = new Promise((go) => (release = go));
  await context.route(/panel\.[0-9a-f]+\.wasm/, async (route) => {
    await held;
    await route.continue();
  });
  const visitor = await Visitor.arrive(world, context, site);
  await visitor.sees("Chat");
  await visitor.open();
  await visitor.box("Nombre").fill("Marta");
  await visitor.box("Mensaje").pressSequentially("Antes de todo");
  release();
  await visitor.hydrated();
  assert.equal(await visitor.box("Nombre").inputValue(), "Marta");
  assert.equal(await visitor.box("Mensaje").inputValue(), "Antes de todo");
  await visitor.press("Iniciar chat");
  await visitor.log.getByText("Antes de todo").waitFor();
  await agent.accept();
  await agent.hears("Antes de todo");
});

test("a form sent before wasm arrives becomes the same live chat", async () => {
  const site = await world.ayuda.site("prisa");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const context = await world.context({ intercepts: true });
  let hold = true;
  const waiting = [];
  await context.route(/panel\.[0-9a-f]+\.wasm/, async (route) => {
    if (hold) await new Promise((go) => waiting.push(go));
    await route.continue().catch(() => {});
  });
  const visitor = await Visitor.arrive(world, context, site);
  await visitor.sees("Chat");
  await visitor.open();
  await visitor.box("Nombre").fill("Marta");
  await visitor.box("Mensaje").fill("Muy deprisa");
  await visitor.press("Iniciar chat");
  await visitor.panel.getByText(/CO-\d+/).first().waitFor();
  hold = false;
  waiting.forEach((go) => go());
  await agent.accept();
  await agent.say("Aquí estoy");
  await visitor.hears("Aquí estoy");
});
