// The agents' console: in, out, state, list, offers, ending.
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

test("a wrong password is told, the right one lets in, and signing out ends the session", async () => {
  const account = await world.ayuda.agent("Ana Solís");
  const agent = Object.assign(new Agent(), { world, ...account, page: await (await world.context()).newPage() });
  await agent.page.goto(`${world.ayuda.origin}/console`);
  await agent.signIn("no es esta");
  await agent.page.getByText("El correo o la contraseña no son correctos.").waitFor();
  assert.equal(await agent.page.getByRole("textbox", { name: "Correo electrónico" }).inputValue(), account.email);
  await agent.signIn();
  await agent.state.waitFor();
  const cookies = await agent.page.context().cookies();
  const session = cookies.find((cookie) => cookie.name === "ayuda_session");
  assert.ok(session.httpOnly && session.sameSite === "Lax", JSON.stringify(cookies));

  await agent.page.getByRole("button", { name: "Perfil" }).click();
  await agent.page.getByRole("menuitem", { name: "Cerrar sesión" }).click();
  await agent.page.getByRole("button", { name: "Iniciar sesión" }).waitFor();
  await agent.page.context().addCookies(cookies);
  await agent.page.goto(`${world.ayuda.origin}/console`);
  await agent.page.getByRole("button", { name: "Iniciar sesión" }).waitFor();
});

test("the state is chosen from the menu, with the keyboard too, and survives a reload", async () => {
  const site = await world.ayuda.site("estado");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  // Nothing hears the key before the console's script is there.
  await eventually("the menu is open", async () => {
    await agent.state.focus();
    await agent.page.keyboard.press("Enter");
    return (await agent.state.getAttribute("aria-expanded")) === "true";
  });
  await agent.page.getByRole("menuitem", { name: "Ausente" }).waitFor();
  await agent.page.keyboard.press("Escape");
  await agent.page.getByRole("menuitem", { name: "Ausente" }).waitFor({ state: "hidden" });
  await agent.become("Ausente");
  await agent.page.reload();
  await agent.page.getByRole("button", { name: "Estado: Ausente" }).waitFor();
});

test("the offer says queue, page and first words, rings at one agent, and moves on when declined", async () => {
  const site = await world.ayuda.site("oferta");
  const agents = [await world.agent("Lucía Medina", { sites: [site] }), await world.agent("Omar Díaz", { sites: [site] })];
  const visitor = await world.visitor(site, { page: { path: "/precios" } });
  await visitor.startChat({ message: "¿Hay alguien?" });
  const rings = async () => (await Promise.all(agents.map((agent) => agent.offer.isVisible()))).map(Number);
  await eventually("one rings", async () => (await rings()).includes(1));
  assert.equal((await rings()).reduce((a, b) => a + b), 1);
  const first = agents[(await rings()).indexOf(1)], second = agents.find((agent) => agent !== first);
  for (const text of ["Soporte general", "¿Hay alguien?"]) await first.offer.getByText(text).first().waitFor();
  await first.offer.getByText("/precios").first().waitFor();
  await world.shot(first.page, "offer");
  await first.decline();
  await second.accept();
  await visitor.hears(`${second.name} se ha unido`);
});

test("ending asks for a reason, and the list empties", async () => {
  const site = await world.ayuda.site("cierre");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "Para cerrar" });
  await agent.accept();
  await agent.end();
  await visitor.panel.getByRole("radiogroup", { name: "Valoración" }).waitFor();
});

test("Enter sends and Shift+Enter breaks the line", async () => {
  const site = await world.ayuda.site("enter");
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.startChat();
  await agent.accept();
  await agent.box("Mensaje").pressSequentially("Una");
  await agent.page.keyboard.press("Shift+Enter");
  await agent.box("Mensaje").pressSequentially("Dos");
  assert.equal(await agent.box("Mensaje").inputValue(), "Una\nDos");
  await agent.page.keyboard.press("Enter");
  await visitor.hears(/Una\s*Dos/);
  assert.equal(await agent.box("Mensaje").inputValue(), "");
});

test("chats stand before help requests", async () => {
  const site = await world.ayuda.site("orden");
  const agent = await world.agent("Lucía Medina", { sites: [site], state: "Ausente" });
  const asks = await world.visitor(site);
  await asks.open();
  await asks.box("Correo electrónico").fill("primero@cliente.example");
  await asks.box("Mensaje").fill("Solicitud que llegó antes");
  await asks.press("Enviar solicitud");
  await asks.panel.getByText("Recibimos tu solicitud").first().waitFor();
  await agent.become("Disponible");
  const chats = await world.visitor(site);
  await chats.startChat({ message: "Chat que llegó después" });
  await agent.decline();
  await agent.page.getByText("Solicitud que llegó antes").first().waitFor();
  await agent.page.getByText("Chat que llegó después").first().waitFor();
  const y = async (text) => (await agent.page.getByText(text).first().boundingBox()).y;
  assert.ok((await y("Chat que llegó después")) < (await y("Solicitud que llegó antes")));
});

test("a console without a session gets the sign-in page, and no data", async () => {
  for (const path of ["/console", "/console/mail", "/console/tickets/0198a6f0-0000-7000-8000-000000000000"]) {
    const answer = await fetch(world.ayuda.origin + path, { redirect: "manual" });
    assert.deepEqual([answer.status, answer.headers.get("location"), await answer.text()], [303, "/console/sign-in", ""], path);
  }
});

test("a message's time is that of its own day, whatever the offset is where the agent's clock stands", { skip: lacks("scriptless") }, async () => {
  const site = await world.ayuda.site("horas");
  const agent = await world.agent("Lucía Medina", { sites: [site], timezoneId: "Europe/Madrid" });
  const visitor = await world.visitor(site);
  const time = (at) => Intl.DateTimeFormat("es", { timeZone: "Europe/Madrid", hour: "2-digit", minute: "2-digit" }).format(at);
  const begin = time(new Date());
  await visitor.startChat({ message: "¿Qué hora es?" });
  await agent.accept();
  await agent.hears("¿Qué hora es?");
  const possible = [begin, time(new Date())];
  const shown = (page) => page.getByRole("log", { name: "Conversación" }).locator(".at").first().textContent();
  // Before any script, by the name of the zone that the page has stored.
  const context = await world.context({ javaScriptEnabled: false, storageState: await agent.context.storageState() });
  const plain = await context.newPage();
  await plain.goto(agent.page.url());
  assert.ok(possible.includes(await shown(plain)), `${await shown(plain)} is none of ${possible}`);
  // Half a year on, summer and winter have changed places: the message is as old as it was.
  await agent.page.clock.setFixedTime(new Date(Date.now() + 182 * 86_400_000));
  await agent.page.reload();
  await agent.state.waitFor();
  await eventually("the time stays", async () => possible.includes(await shown(agent.page)));
  await visitor.say("Sigo aquí");
  await agent.hears("Sigo aquí");
  assert.ok(possible.includes(await shown(agent.page)), `${await shown(agent.page)} is none of ${possible}`);
});

test("a part that does not load says so, takes nothing along, and comes when it is asked for again", async () => {
  const site = await world.ayuda.site("partes");
  const account = await world.ayuda.agent("Lucía Medina", { sites: [site], email: "lucia.partes@equipo.example" });
  const context = await world.context({ intercepts: true });
  let isCut = true;
  await context.route(/\/assets\/console-.*\.wasm$/, (route) => (isCut ? route.abort() : route.continue()));
  const agent = await Agent.signIn(world, context, account);
  await agent.become("Disponible");
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "Hola" });
  await agent.accept();
  await agent.box("Mensaje").fill("A medio escribir");

  const { page } = agent;
  const transfer = page.getByRole("button", { name: "Transferir", exact: true });
  const missing = page.getByRole("dialog", { name: "No se pudo cargar" });
  const again = missing.getByRole("button", { name: "Reintentar" });
  await transfer.click();
  await missing.getByRole("alert").getByText("Revisa tu conexión").waitFor();
  await accessible(page, "a dialog that did not load");
  await world.shot(page, "missing-part");
  await again.click();
  await missing.getByRole("alert").getByText("Revisa tu conexión").waitFor();
  await page.keyboard.press("Escape");
  await missing.waitFor({ state: "hidden" });
  const isOn = (place) => place.evaluate((element) => element === document.activeElement);
  await eventually("the keyboard is back", () => isOn(transfer));

  await transfer.click();
  await again.waitFor();
  isCut = false;
  await again.click();
  const dialog = page.getByRole("dialog", { name: "Transferir" });
  await dialog.getByRole("tab", { name: "Cola" }).waitFor();
  await missing.waitFor({ state: "detached" });
  await eventually("the keyboard is in the dialog", () => dialog.evaluate((dialog) => dialog.contains(document.activeElement)));
  await page.keyboard.press("Escape");
  await eventually("the keyboard is back", () => isOn(transfer));
  assert.equal(await agent.box("Mensaje").inputValue(), "A medio escribir");

  // A page, on the way to it and as the first one.
  isCut = true;
  const mail = async () => {
    await page.getByRole("alert").getByText("No se pudo cargar").waitFor();
    await accessible(page, "a page that did not load");
    isCut = false;
    await page.getByRole("button", { name: "Reintentar" }).click();
    await page.getByRole("button", { name: "Actualizar" }).waitFor();
    await eventually("the keyboard is on the heading", () => isOn(page.getByRole("heading", { name: "Correo", level: 1 })));
  };
  await page.getByRole("link", { name: "Correo" }).click();
  await mail();
  isCut = true;
  await page.reload();
  await mail();
});

test("a console whose script does not come says so, and loads again", async () => {
  const site = await world.ayuda.site("sin-guion");
  const account = await world.ayuda.agent("Lucía Medina", { sites: [site], email: "lucia.singuion@equipo.example" });
  const context = await world.context({ intercepts: true });
  let isCut = true;
  await context.route(/\/assets\/console\.[0-9a-f]+\.js$/, (route) => (isCut ? route.abort() : route.continue()));
  const agent = await Agent.signIn(world, context, account);
  const note = agent.page.getByRole("alert").filter({ hasText: "no terminó de cargar" });
  await note.waitFor();
  await accessible(agent.page, "a console without its script");
  isCut = false;
  await note.getByRole("link", { name: "Cargar de nuevo" }).click();
  await agent.become("Disponible");
  assert.equal(await note.count(), 0);
});

test("what is typed before the script is there stays, and the keyboard with it", async () => {
  const site = await world.ayuda.site("temprano");
  const agent = await world.agent("Lucía Medina", { sites: [site], intercepts: true });
  const visitor = await world.visitor(site);
  await visitor.startChat({ message: "Hola" });
  await agent.accept();
  const { page } = agent;
  let release;
  let held;
  await page.context().route(/\/assets\/console\.[0-9a-f]+\.wasm$/, async (route) => {
    await held;
    await route.continue();
  });
  const begin = () => {
    held = new Promise((done) => (release = done));
    return page.reload({ waitUntil: "commit" });
  };

  await begin();
  await agent.box("Mensaje").pressSequentially("Antes");
  release();
  // The script counts what it found.
  await page.locator("#composer-count").filter({ hasText: "5 / " }).waitFor();
  await page.keyboard.type(" y después");
  await page.keyboard.press("Enter");
  await visitor.hears("Antes y después");

  await begin();
  await page.getByRole("searchbox", { name: "Buscar" }).pressSequentially("Hola");
  release();
  await page.getByRole("region", { name: "Resultados" }).getByRole("link").first().waitFor();
  await eventually("the keyboard is where one types", () =>
    page.getByRole("searchbox", { name: "Buscar" }).evaluate((box) => box === document.activeElement),
  );
});
