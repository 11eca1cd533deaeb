// Looking for tickets, and what agents without the right read of sensitive data.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { accessible } from "../support/axe.js";
import { eventually } from "../support/wait.js";
import { World } from "../support/world.js";

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

/** Requests through the site's form; their numbers. */
async function ask(site, texts, more = {}) {
  const numbers = [];
  for (const message of texts) {
    numbers.push(await world.post(site, "requests", { name: "Rosa Muñoz", email: "rosa@cliente.example", message, ...more }));
  }
  return numbers;
}

const supervisor = (site) => world.agent("Sara Gil", { sites: [site], role: "supervisor", state: null });

const box = (page) => page.getByRole("searchbox", { name: "Buscar" });
const results = (page) => page.getByRole("region", { name: "Resultados" });

/** Looks for it until this shows: nothing hears what is typed before the console's script is there, and the words follow the talk by a second. */
async function find(page, question, shows) {
  await eventually(`the answer to «${question}»`, async () => {
    await box(page).fill("");
    // The same words are looked for again only once there were none.
    await results(page).waitFor({ state: "hidden" });
    await box(page).fill(question);
    return shows.waitFor({ timeout: 5000 }).then(() => true, () => false);
  });
}

test("what is typed is found without accents, marked, in the address, and gone with Escape", async () => {
  const site = await world.ayuda.site("busca", { weekly: {}, limits: { tickets_per_hour: 0 } });
  const [first] = await ask(site, ["Cobraron dos veces la conciliación", "No puedo entrar"]);
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const page = agent.page;
  const row = results(page).getByRole("link");
  await find(page, "conciliacion", row.filter({ hasText: first }));
  await page.goto(`${world.ayuda.origin}/console`);
  await eventually("the box has the keyboard", async () => {
    await page.keyboard.press("/");
    return box(page).evaluate((box) => box === document.activeElement);
  });
  await page.keyboard.type("CONCILIACION");
  // Who types slowly sees what fits the first letters before.
  await page.waitForURL(/\/console\?q=CONCILIACION$/);
  await eventually("it alone is found", async () => (await row.count()) === 1 && (await row.filter({ hasText: first }).count()) === 1);
  await eventually("the word is marked", async () => (await results(page).locator("mark").allTextContents()).join("|") === "conciliación");
  await accessible(page);
  await world.shot(page, "search");

  // By the keyboard to the ticket; the results stay beside it, also after a reload.
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await agent.hears("Cobraron dos veces");
  assert.match(page.url(), /\/console\/tickets\/[0-9a-f-]+\?q=CONCILIACION$/);
  await page.reload();
  await row.filter({ hasText: first }).waitFor();
  assert.equal(await box(page).inputValue(), "CONCILIACION");
  await agent.hears("Cobraron dos veces");

  await page.keyboard.press("Control+k");
  await page.keyboard.type("nada de eso");
  await results(page).getByRole("heading", { name: "Sin resultados" }).waitFor();
  await accessible(page);
  await page.keyboard.press("Escape");
  await page.getByRole("heading", { name: "Mi bandeja" }).waitFor();
  assert.ok(!page.url().includes("?"), page.url());
  assert.equal(await box(page).inputValue(), "");
});

test("one looks for one thing after another while a chat goes on", async () => {
  const site = await world.ayuda.site("seguido", { limits: { tickets_per_hour: 0 } });
  const [first, second] = await ask(site, ["La factura de marzo", "El pedido de abril"]);
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, agent);
  const { page } = agent;
  await find(page, "factura", results(page).getByRole("link").filter({ hasText: first }));
  for (const [at, [question, number]] of [["pedido", second], ["factura", first], ["pedido", second]].entries()) {
    await box(page).press("Escape");
    await results(page).waitFor({ state: "hidden" });
    await visitor.say(`Antes de la búsqueda ${at}`);
    await agent.hears(`Antes de la búsqueda ${at}`);
    await box(page).pressSequentially(question);
    await results(page).getByRole("link").filter({ hasText: number }).waitFor();
  }
});

test("a phone has the box, the results, and the ticket", async () => {
  const site = await world.ayuda.site("movil", { weekly: {}, limits: { tickets_per_hour: 0 } });
  const [number] = await ask(site, ["Se perdió mi pedido"]);
  const agent = await world.agent("Lucía Medina", { sites: [site], viewport: { width: 360, height: 740 } });
  const row = results(agent.page).getByRole("link").filter({ hasText: number });
  await find(agent.page, "pedido", row);
  await row.click();
  await agent.hears("Se perdió mi pedido");
  const wider = await agent.page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
  assert.ok(!wider, "nothing is wider than the screen");
  await agent.page.goBack();
  await row.waitFor();
  await world.shot(agent.page, "search-phone");
});

test("a masked agent reads and finds what is left of a number; a supervisor looks at it, and that is noted", async () => {
  const site = await world.ayuda.site("oculta", { weekly: {}, limits: { tickets_per_hour: 0 } });
  const file = join(world.ayuda.data, "masking.toml");
  await writeFile(file, `key = "${site}"\nmasking = true\n`);
  await world.ayuda.run(["site", "apply", file]);
  await ask(site, ["Mi tarjeta es 4111 1111 1111 1111"], { subject: "Cargo de rosa@cliente.example" });
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  await agent.page.getByText("Mi tarjeta es ************1111").first().click();
  await agent.hears("Mi tarjeta es ************1111");
  assert.equal(await agent.page.getByRole("button", { name: /^Mostrar/ }).count(), 0);
  assert.ok(!(await agent.page.content()).includes("4111 1111"));
  await find(agent.page, "4111", results(agent.page).getByRole("heading", { name: "Sin resultados" }));

  const sara = await supervisor(site);
  await sara.page.getByText("Mi tarjeta es ************1111").first().click();
  await sara.hears("Mi tarjeta es ************1111");
  await sara.page.getByRole("tab", { name: "Contacto" }).click();
  await sara.page.getByRole("button", { name: "Mostrar correo electrónico" }).click();
  await sara.page.getByText("rosa@cliente.example", { exact: true }).waitFor();
  await sara.page.getByRole("button", { name: "Mostrar mensaje" }).first().click();
  await sara.hears("Mi tarjeta es 4111 1111 1111 1111");
  await sara.hears("Sara Gil vio el correo electrónico sin ocultar");
  await accessible(sara.page);
  await world.shot(sara.page, "revealed");
  // Until the conversation is left.
  await sara.page.getByRole("navigation").getByRole("link").first().click();
  await sara.page.getByText("Mi tarjeta es ************1111").first().click();
  await sara.hears("Mi tarjeta es ************1111");
  assert.equal(await sara.page.getByText("4111 1111 1111 1111").count(), 0);
  await agent.hears("Sara Gil vio el correo electrónico sin ocultar");
});

test("a chat that rings, its notice, its row and a comment hold what is left of a number", async () => {
  const site = await world.ayuda.site("suena-oculta", { limits: { ring_time: "2m" } });
  const file = join(world.ayuda.data, "masking.toml");
  await writeFile(file, `key = "${site}"\nmasking = true\n`);
  await world.ayuda.run(["site", "apply", file]);
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const raul = await world.agent("Raúl Díaz", { sites: [site], state: "Ausente" });
  const raw = ["4111 1111", "rosa@cliente", "55 1234 5678"];
  // All that came to the page, by whichever way.
  const received = [];
  agent.page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => received.push(String(payload))));
  agent.page.on("response", async (response) => /\/console/.test(response.url()) && received.push(await response.text().catch(() => "")));
  await agent.page.reload();
  await agent.state.waitFor();
  const visitor = await world.visitor(site);
  await visitor.startChat({ name: "55 1234 5678", email: "rosa@cliente.example", subject: "Cargo a 4111 1111 1111 1111", message: "Mi tarjeta es 4111 1111 1111 1111" });
  await agent.offer.getByText("Mi tarjeta es ************1111").waitFor();
  await agent.offer.getByText("Cargo a ************1111").waitFor();
  await agent.accept();
  await agent.row("************1111").waitFor();
  await agent.hears("Mi tarjeta es ************1111");
  await agent.button("Comentario interno").click();
  await agent.box("Mensaje").fill("Llámala al 55 1234 5678, @Raúl Díaz");
  await agent.button("Enviar").click();
  await raul.page.getByRole("link", { name: /te mencionó en/ }).click();
  await raul.hears("Llámala al ******5678, @Raúl Díaz");
  for (const page of [agent.page, raul.page]) {
    for (const text of raw) await eventually(`${text} is nowhere`, async () => !(await page.content()).includes(text));
  }
  assert.ok(received.length > 5, "it was listened to");
  // What the agent wrote was in the frame that the agent sent, and comes back as anybody reads it.
  for (const text of raw) assert.ok(!received.some((part) => part.includes(text)), `${text} came`);
});

test("what comes to be masked leaves what was found and the mail that is open, also where the server was away", async () => {
  const site = await world.ayuda.site("luego", { weekly: {}, limits: { tickets_per_hour: 0 } });
  const masks = async (masking) => {
    const file = join(world.ayuda.data, "masking.toml");
    await writeFile(file, `key = "${site}"\nmasking = ${masking}\n`);
    await world.ayuda.run(["site", "apply", file]);
  };
  const searching = await world.agent("Lucía Medina", { sites: [site] });
  const reading = await world.agent("Raúl Peña", { sites: [site] });
  const [number] = await ask(site, ["Mi tarjeta es 4111 1111 1111 1111"]);
  const row = results(searching.page).getByRole("link").filter({ hasText: number });
  await find(searching.page, "tarjeta", row.filter({ hasText: "4111 1111 1111 1111" }));
  await reading.page.goto(`${world.ayuda.origin}/console/mail`);
  const mailed = reading.page.getByRole("link").filter({ hasText: reading.email });
  await mailed.first().click();
  const letter = reading.page.frameLocator("iframe.mail-frame");
  const isRaw = async () => {
    await row.filter({ hasText: "4111 1111 1111 1111" }).waitFor();
    await letter.getByText("4111 1111 1111 1111").first().waitFor();
    await mailed.first().waitFor();
  };
  const isMasked = async () => {
    await row.filter({ hasText: "************1111" }).waitFor();
    await letter.getByText("************1111").first().waitFor();
    await mailed.first().waitFor({ state: "hidden" });
    assert.ok(!(await searching.page.content()).includes("4111 1111"));
    assert.equal(await letter.getByText("4111 1111").count(), 0);
  };
  await isRaw();
  await masks(true);
  await isMasked();
  await masks(false);
  await isRaw();
  await world.ayuda.kill();
  await masks(true);
  await world.ayuda.serve();
  await isMasked();
});
