// Pictures and PDFs in their place: in the conversation, in the viewer, in the panel and on the ticket's page.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessible } from "../support/axe.js";
import { pdf, protectedPdf } from "../support/pdf.js";
import { World } from "../support/world.js";
import { eventually } from "../support/wait.js";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const PHOTO = { name: "foto.png", mimeType: "image/png", buffer: Buffer.from(PIXEL, "base64") };
const REPORT = { name: "informe.pdf", mimeType: "application/pdf", buffer: pdf(["Uno", "Dos"]) };
const SECRET = { name: "secreto.pdf", mimeType: "application/pdf", buffer: protectedPdf() };

let world;
before(async () => {
  world = await World.start();
});
after(() => world?.stop());
afterEach(() => world.tidy());

/** A chat in which the visitor has sent these files. */
async function sent(site, files) {
  await world.ayuda.site(site);
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.chat(site, agent, { email: "marta@example.com" });
  const frame = await visitor.frame();
  await frame.locator("#c-files").setInputFiles(files);
  await visitor.panel.getByRole("button", { name: `Quitar ${files.at(-1).name}` }).waitFor();
  await eventually("they are up", async () => !(await frame.locator("#uploads progress:not([hidden])").count()));
  await visitor.press("Enviar");
  await agent.hears(files.at(-1).name);
  return { agent, visitor, frame };
}

const isDrawn = (picture) => eventually("it is drawn", () => picture.evaluate((image) => image.complete && image.naturalWidth > 0));

test("an agent sees pictures and PDFs in their place, and goes through the pages by keyboard", async () => {
  const { agent, visitor, frame } = await sent("paginas", [PHOTO, REPORT]);
  const { page } = agent;
  const log = page.getByRole("log", { name: "Conversación" });
  const card = log.getByRole("link", { name: /Ver.*informe\.pdf/ });
  await isDrawn(card.locator("img"));
  await isDrawn(log.getByRole("link", { name: /Ver.*foto\.png/ }).locator("img"));

  await world.shot(page, "files-in-place");
  await card.focus();
  await page.keyboard.press("Enter");
  const viewer = page.getByRole("dialog", { name: "informe.pdf" });
  await viewer.getByText("Página 1 de 2 · Archivo 2 de 2").waitFor();
  await isDrawn(viewer.getByRole("img", { name: "informe.pdf" }));
  await accessible(page, "a page of a PDF is open");
  await world.shot(page, "viewer");
  const enlarge = viewer.getByRole("button", { name: "Ampliar" });
  const width = () => viewer.getByRole("img").evaluate((image) => image.getBoundingClientRect().width);
  const before = await width();
  await enlarge.click();
  await eventually("it is larger", async () => (await width()) > before);
  await enlarge.click();
  await page.keyboard.press("ArrowRight");
  await viewer.getByText("Página 2 de 2").waitFor();
  assert.match(await viewer.getByRole("img").getAttribute("src"), /\/page\/2$/);
  await page.keyboard.press("ArrowRight");
  await viewer.getByText("Página 2 de 2").waitFor();
  await page.keyboard.press("Home");
  await viewer.getByText("Página 1 de 2").waitFor();
  await viewer.getByRole("button", { name: "Anterior" }).click();
  await page.getByRole("dialog", { name: "foto.png" }).getByText("Archivo 1 de 2").waitFor();
  const saved = page.waitForEvent("download");
  await page.getByRole("dialog").getByRole("link", { name: "Descargar" }).click();
  assert.equal((await saved).suggestedFilename(), "foto.png");
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "hidden" });
  assert.ok(await card.evaluate((link) => link === document.activeElement), "the keyboard is where it was");

  // The visitor sees both, in the panel and on the ticket's page.
  const shots = frame.locator("#log img.shot");
  await eventually("two pictures", async () => (await shots.count()) === 2);
  await isDrawn(shots.nth(1));
  await agent.end();
  const mail = await world.mail.find("marta@example.com");
  const ticket = await visitor.context.newPage();
  await ticket.goto(/http\S+\/t\/\S+\?k=\S+/.exec(mail.text)[0]);
  const own = ticket.locator("a.file", { hasText: "informe.pdf" }).locator("img");
  await own.scrollIntoViewIfNeeded();
  await isDrawn(own);
  await world.shot(ticket, "ticket-files");
  await world.shot(visitor.page, "panel-files");
});

test("on a phone the viewer fills the screen, also in the dark", async () => {
  await world.ayuda.site("telefono");
  const agent = await world.agent("Lucía Medina", { sites: ["telefono"], viewport: { width: 360, height: 740 }, colorScheme: "dark" });
  const visitor = await world.chat("telefono", agent);
  await visitor.panel.locator("#c-files").setInputFiles(REPORT);
  await visitor.panel.getByRole("button", { name: "Quitar informe.pdf" }).waitFor();
  await visitor.press("Enviar");
  await agent.page.getByRole("link", { name: /Ver.*informe\.pdf/ }).click();
  const viewer = agent.page.getByRole("dialog", { name: "informe.pdf" });
  await isDrawn(viewer.getByRole("img"));
  await viewer.getByRole("button", { name: "Siguiente" }).click();
  await viewer.getByText("Página 2 de 2").waitFor();
  await isDrawn(viewer.getByRole("img"));
  const box = await viewer.boundingBox();
  assert.ok(box.x >= 0 && box.width <= 360 && box.width >= 320, JSON.stringify(box));
  await accessible(agent.page, "the viewer on a phone");
  await world.shot(agent.page, "viewer-phone-dark");
  await viewer.getByRole("button", { name: "Cerrar" }).click();
  await viewer.waitFor({ state: "hidden" });
});

test("a PDF with a password says that it has one, and is saved all the same", async () => {
  const { agent } = await sent("secreta", [SECRET]);
  const { page } = agent;
  await page.getByRole("link", { name: /Ver.*secreto\.pdf/ }).click();
  const viewer = page.getByRole("dialog", { name: "secreto.pdf" });
  await viewer.getByRole("alert").getByText(/contraseña/).waitFor();
  const saved = page.waitForEvent("download");
  await viewer.getByRole("link", { name: "Descargar" }).click();
  assert.equal((await saved).suggestedFilename(), "secreto.pdf");
});

test("a colleague of another site gets neither the file nor a page of it", async () => {
  const { agent } = await sent("propia", [REPORT]);
  await world.ayuda.site("ajena");
  const other = await world.agent("Eva Luna", { sites: ["ajena"] });
  const address = await agent.page.getByRole("link", { name: /Ver.*informe\.pdf/ }).getAttribute("href");
  for (const path of [address, `${address}/page/1`]) {
    assert.equal((await agent.context.request.get(world.ayuda.origin + path)).status(), 200);
    assert.equal((await other.context.request.get(world.ayuda.origin + path)).status(), 404);
  }
});
