// The Ayuda form: with a file, without scripts, with mistakes in it; and what becomes of a request.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { accessible } from "../support/axe.js";
import { lacks } from "../support/engines.js";
import { eventually } from "../support/wait.js";
import { World } from "../support/world.js";

let world, site;
before(async () => {
  world = await World.start();
  site = await world.ayuda.site("ayuda", { weekly: {} });
});
after(() => world?.stop());
afterEach(() => world.tidy());

const FILE = { name: "recibo.pdf", mimeType: "application/pdf", buffer: Buffer.from("%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n") };
// One pixel.
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");

test("a request with a file: number on the page, mail to both, answered from the console", async () => {
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.sees("Ayuda");
  await visitor.open();
  await visitor.box("Nombre").fill("Marta Ríos");
  await visitor.box("Correo electrónico").fill("marta@cliente.example");
  await visitor.box("Mensaje").fill("Me cobraron dos veces. Adjunto el recibo.");
  await visitor.panel.getByLabel("Archivos adjuntos").setInputFiles(FILE);
  await visitor.press("Enviar solicitud");
  await visitor.panel.getByText("Recibimos tu solicitud").first().waitFor();
  const number = await visitor.number();
  await world.shot(visitor.page, "request-sent");

  const mail = await world.mail.find("marta@cliente.example");
  assert.ok(mail.subject.includes(number));
  assert.ok(!mail.text.includes("Me cobraron"), "an unconfirmed address carries no stranger's words");
  const link = /http\S+\/t\/\S+\?k=\S+/.exec(mail.text)[0];

  await agent.page.getByText("Me cobraron dos veces").first().click();
  await agent.hears("Me cobraron dos veces");
  await agent.hears("recibo.pdf");
  await agent.answer("Te devolvimos el segundo cobro.");
  const answer = await world.mail.find("marta@cliente.example", (mail) => mail.text.includes("Te devolvimos el segundo cobro."));
  assert.ok(answer.subject.includes(number));

  // The link of the mail, in a browser that has never been here, without scripts.
  const context = await world.context({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(link);
  assert.equal(new URL(page.url()).search, "", "the token does not stay in the address");
  await page.getByText("Me cobraron dos veces").first().waitFor();
  await page.getByText("Te devolvimos el segundo cobro.").first().waitFor();
  await page.getByText("recibo.pdf").first().waitFor();
  // Opening it confirms nothing; its reader does.
  await agent.page.getByRole("tab", { name: "Contacto", exact: true }).click();
  await agent.page.getByText("no verificado").first().waitFor();
  await page.getByRole("button", { name: "Confirmar mi correo" }).click();
  await page.getByText("Listo: confirmaste tu correo.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Confirmar mi correo" }).count(), 0);
  await page.getByRole("textbox", { name: "Responder" }).fill("Muchas gracias, ya lo veo.");
  await page.getByRole("button", { name: "Enviar", exact: true }).click();
  await page.getByText("Muchas gracias, ya lo veo.").first().waitFor();
  await agent.hears("Muchas gracias, ya lo veo.");
  await world.shot(page, "ticket-page");

  // Whoever reads the mail of the address may give another: that one is asked, without a word of the conversation.
  await page.getByText("Cambiar de correo").click();
  await page.getByRole("textbox", { name: "Correo nuevo" }).fill("marta@");
  await page.getByRole("button", { name: "Usar este correo" }).click();
  await page.getByRole("alert").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Correo nuevo" }).inputValue(), "marta@");
  await world.shot(page, "ticket-page-change-email");
  await page.getByRole("textbox", { name: "Correo nuevo" }).fill("marta@nueva.example");
  await page.getByRole("button", { name: "Usar este correo" }).click();
  await page.getByText("Abre el correo que te enviamos a marta@nueva.example").waitFor();
  const asked = await world.mail.find("marta@nueva.example");
  assert.ok(asked.subject.includes("Confirma tu correo") && asked.subject.includes(number));
  assert.ok(!asked.text.includes("Me cobraron") && !asked.text.includes("Te devolvimos"), asked.text);
});

test("whoever did not write says so by a button, and gets no more mail about it", async () => {
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const visitor = await world.visitor(site);
  await visitor.open();
  await visitor.box("Correo electrónico").fill("otra@cliente.example");
  await visitor.box("Mensaje").fill("Esta dirección no es mía");
  await visitor.press("Enviar solicitud");
  await visitor.panel.getByText("Recibimos tu solicitud").first().waitFor();
  const mail = await world.mail.find("otra@cliente.example");
  const link = /http\S+\/not-me\?k=\S+/.exec(mail.text)[0];
  const page = await (await world.context({ javaScriptEnabled: false })).newPage();
  await page.goto(link);
  assert.equal(new URL(page.url()).search, "", "the token does not stay in the address");
  assert.equal(await page.getByText("Esta dirección no es mía").count(), 0);
  await page.getByRole("button", { name: "No fui yo" }).click();
  await page.getByText("no te escribiremos más", { exact: false }).waitFor();
  await agent.page.getByText("Esta dirección no es mía").first().click();
  await agent.hears("Esta dirección no es mía");
  await agent.answer("¿Sigues ahí?");
  await agent.hears("no le llega más correo");
});

test("without any script: the form, a mistake, a file, the number and the link", { skip: lacks("scriptless") }, async () => {
  const context = await world.context({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${world.ayuda.origin}/w/${site}`);
  await page.getByRole("textbox", { name: "Nombre", exact: true }).fill("Rosa");
  await page.getByRole("textbox", { name: "Mensaje", exact: true }).fill("Sin scripts también, con <b>letras</b> & más </textarea>");
  const form = page.getByRole("button", { name: "Enviar solicitud" });
  // The browser itself would stop a missing address; what is tested here is the server's answer.
  await page.getByRole("textbox", { name: "Correo electrónico", exact: true }).fill("rosa@");
  await page.locator("form").evaluateAll((forms) => forms.forEach((form) => form.setAttribute("novalidate", "")));
  await form.click();
  await page.getByText("Escribe una dirección de correo válida", { exact: false }).first().waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Nombre", exact: true }).inputValue(), "Rosa");
  assert.equal(await page.getByRole("textbox", { name: "Mensaje", exact: true }).inputValue(), "Sin scripts también, con <b>letras</b> & más </textarea>");
  await page.getByRole("textbox", { name: "Correo electrónico", exact: true }).fill("rosa@cliente.example");
  await page.getByLabel("Archivos adjuntos").setInputFiles(FILE);
  await page.getByRole("button", { name: "Enviar solicitud" }).click();
  const text = await page.getByText(/CO-\d+/).first().textContent();
  const number = /CO-\d+/.exec(text)[0];
  await page.goto(await page.getByRole("link", { name: "Abrir mi ticket" }).first().getAttribute("href"));
  await page.getByText("Sin scripts también, con <b>letras</b>").first().waitFor();
  await page.getByText("recibo.pdf").first().waitFor();
  assert.ok((await world.mail.find("rosa@cliente.example")).subject.includes(number));
});

test("the ticket page loses nothing that was typed, and begins at what it refuses", async () => {
  const context = await world.context({ viewport: { width: 360, height: 740 }, hasTouch: true });
  const page = await context.newPage();
  await page.goto(`${world.ayuda.origin}/w/${site}`);
  await page.getByRole("textbox", { name: "Nombre", exact: true }).fill("Rosa");
  await page.getByRole("textbox", { name: "Correo electrónico", exact: true }).fill("rosa@ticket.example");
  await page.getByRole("textbox", { name: "Mensaje", exact: true }).fill("Una consulta");
  await page.getByRole("button", { name: "Enviar solicitud" }).click();
  await page.getByText("Recibimos tu solicitud").first().waitFor();
  const mail = await world.mail.find("rosa@ticket.example");
  await page.goto(/http\S+\/t\/\S+\?k=\S+/.exec(mail.text)[0]);
  const reply = page.getByRole("textbox", { name: "Responder" });
  const active = () => page.evaluate(() => document.activeElement.id);
  const isInView = () => page.evaluate(() => {
    const { top, bottom } = document.activeElement.getBoundingClientRect();
    return top >= 0 && bottom <= innerHeight;
  });
  await reply.waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);

  await page.getByRole("button", { name: "Enviar", exact: true }).click();
  await page.getByText("Escribe tu respuesta.").waitFor();
  await eventually("the field has the keyboard", async () => (await active()) === "f-message" && (await isInView()));

  await reply.fill("A medio escribir");
  await page.getByRole("button", { name: "Enviar transcripción por correo" }).click();
  await page.getByText("pulsa «Confirmar mi correo»").waitFor();
  assert.equal(await reply.inputValue(), "A medio escribir");
  await page.getByRole("button", { name: "Confirmar mi correo" }).click();
  await page.getByText("La transcripción va en camino.").waitFor();
  assert.equal(await reply.inputValue(), "A medio escribir");
  await world.mail.find("rosa@ticket.example", (mail) => mail.text.includes("Una consulta"));

  const bad = { name: "malo.exe", mimeType: "application/octet-stream", buffer: Buffer.from("MZ") };
  const empty = { name: "vacío.txt", mimeType: "text/plain", buffer: Buffer.from("") };
  const files = page.getByLabel("Archivos adjuntos");
  // It is said when they are chosen, and goes with them.
  await files.setInputFiles([bad, empty, FILE]);
  await page.getByRole("alert").getByText("malo.exe: no aceptamos archivos de este tipo.").waitFor();
  await page.getByRole("alert").getByText("vacío.txt: el archivo está vacío.").waitFor();
  await files.setInputFiles([FILE]);
  await page.getByText("malo.exe").waitFor({ state: "hidden" });
  assert.equal(await files.getAttribute("aria-invalid"), null);
  await files.setInputFiles([bad, FILE]);
  await page.getByRole("button", { name: "Enviar", exact: true }).click();
  await page.getByText("malo.exe: no aceptamos archivos de este tipo.").waitFor();
  assert.equal(await reply.inputValue(), "A medio escribir");
  await eventually("the files have the keyboard", async () => (await active()) === "f-files" && (await isInView()));
  await world.shot(page, "ticket-page-refused-file");
  await page.getByRole("button", { name: "Enviar", exact: true }).click();
  await page.getByText("Recibimos tu respuesta.").waitFor();
  await page.getByRole("link", { name: "Descargar recibo.pdf" }).waitFor();
  assert.equal(await reply.inputValue(), "");
  const picture = { name: "una captura con un nombre bastante largo.png", mimeType: "image/png", buffer: PIXEL };
  await page.getByLabel("Archivos adjuntos").setInputFiles(picture);
  await page.getByRole("button", { name: "Enviar", exact: true }).click();
  await page.locator(".shot").last().waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
});

test("a chat can be started without any script, too", { skip: lacks("scriptless") }, async () => {
  const open = await world.ayuda.site("sinscript");
  const agent = await world.agent("Lucía Medina", { sites: [open] });
  const context = await world.context({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(`${world.ayuda.origin}/w/${open}`);
  await page.getByRole("textbox", { name: "Nombre", exact: true }).fill("Rosa");
  await page.getByRole("textbox", { name: "Mensaje", exact: true }).fill("Hola sin scripts");
  await page.getByRole("button", { name: "Iniciar chat" }).click();
  await page.getByText(/CO-\d+/).first().waitFor();
  await agent.accept();
  await agent.hears("Hola sin scripts");
});

test("what is not taken says why beside the field, and the text stays", async () => {
  const visitor = await world.visitor(site);
  await visitor.open();
  await visitor.box("Mensaje").fill("Con un programa");
  await visitor.box("Correo electrónico").fill("marta@cliente.example");
  const program = Buffer.concat([Buffer.from("\x7fELF\x02\x01\x01\x00", "latin1"), Buffer.alloc(64)]);
  await visitor.panel.getByLabel("Archivos adjuntos").setInputFiles({ name: "foto.png", mimeType: "image/png", buffer: program });
  await visitor.press("Enviar solicitud");
  await visitor.panel.getByText("No aceptamos archivos de este tipo.").first().waitFor();
  assert.equal(await visitor.box("Mensaje").inputValue(), "Con un programa");
});

test("an empty file, a script by its name and a text that nobody can see are told, and the rest stays", async () => {
  const visitor = await world.visitor(site);
  await visitor.open();
  await visitor.box("Correo electrónico").fill("marta@cliente.example");
  await visitor.box("Mensaje").fill("\u200b\u2800\u3164");
  await visitor.press("Enviar solicitud");
  await visitor.panel.getByText("Escribe tu mensaje.").first().waitFor();
  await visitor.box("Mensaje").fill("👨‍👩‍👧");
  const files = visitor.panel.getByLabel("Archivos adjuntos");
  await files.setInputFiles({ name: "nada.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) });
  await visitor.panel.getByText("El archivo está vacío.").first().waitFor();
  await files.setInputFiles({ name: "año.ps1", mimeType: "text/plain", buffer: Buffer.from("\ufeffGet-Process", "utf16le") });
  await visitor.panel.getByText("No aceptamos archivos de este tipo.").first().waitFor();
  assert.equal(await visitor.box("Mensaje").inputValue(), "👨‍👩‍👧");
  await files.setInputFiles({ name: "nota.txt", mimeType: "text/plain", buffer: Buffer.from("\ufeffAño nuevo", "utf16le") });
  await visitor.press("Enviar solicitud");
  await visitor.number();
});

test("what is changed after an answer that never came is refused with its text, and then goes out on its own", { skip: lacks("bodies") }, async () => {
  const visitor = await world.visitor(site, { intercepts: true });
  await visitor.open();
  await visitor.box("Correo electrónico").fill("elena@cliente.example");
  await visitor.box("Mensaje").fill("La primera");
  // The server takes it, and the answer is lost on its way.
  await visitor.page.route("**/requests", async (route) => {
    await route.fetch();
    await route.abort();
  }, { times: 1 });
  await visitor.press("Enviar solicitud");
  const first = await world.mail.find("elena@cliente.example");
  await visitor.box("Mensaje").fill("La segunda, con más que decir");
  await visitor.press("Enviar solicitud");
  await visitor.panel.getByText("El tuyo sigue aquí: vuelve a enviarlo.", { exact: false }).first().waitFor();
  assert.equal(await visitor.box("Mensaje").inputValue(), "La segunda, con más que decir");
  await visitor.press("Enviar solicitud");
  const number = await visitor.number();
  assert.ok(!first.subject.includes(number), "it is a request of its own");
});

test("a browser that keeps no cookie is told so, reads the ticket by the link in a form, and answers", { skip: lacks("bodies") }, async () => {
  const visitor = await world.visitor(site);
  await visitor.sees("Ayuda");
  await visitor.open();
  await visitor.box("Correo electrónico").fill("sin@cookies.example");
  await visitor.box("Mensaje").fill("Aquí no hay galletas");
  await visitor.press("Enviar solicitud");
  const link = /http\S+\/t\/\S+\?k=\S+/.exec((await world.mail.find("sin@cookies.example")).text)[0];

  const context = await world.context({ intercepts: true });
  // The answer to the link, without its cookie.
  await context.route(/\?k=/, async (route) => {
    const { status, headers } = await fetch(route.request().url(), { redirect: "manual" });
    await route.fulfill({ status, headers: { location: headers.get("location") } });
  });
  const page = await context.newPage();
  await page.goto(link);
  await page.getByText("tu navegador no guarda cookies").waitFor();
  await accessible(page, "a ticket without cookies");
  const box = page.getByRole("textbox", { name: "El enlace de tu correo" });
  await box.fill("https://otro.example/");
  await page.getByRole("button", { name: "Abrir mi ticket" }).click();
  await page.getByRole("alert").getByText("Este enlace no abre este ticket.").waitFor();
  assert.equal(await box.inputValue(), "https://otro.example/");
  await box.fill(link);
  await page.getByRole("button", { name: "Abrir mi ticket" }).click();
  await page.getByText("Aquí no hay galletas").first().waitFor();
  assert.match(page.url(), /\/t\/CO-\d+\/open$/);
  await page.getByRole("textbox", { name: "Responder" }).fill("Pero sí una respuesta");
  await page.getByRole("button", { name: "Enviar", exact: true }).click();
  await page.getByText("Recibimos tu respuesta.").waitFor();
  await page.getByText("Pero sí una respuesta").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Responder" }).inputValue(), "", "what was sent is typed no more");
  await accessible(page, "a ticket that was opened without cookies");
});

test("a link with a wrong token opens nothing", async () => {
  for (const path of [`/t/CO-1001?k=${"A".repeat(43)}`, "/t/CO-1001"]) {
    assert.equal((await fetch(world.ayuda.origin + path, { redirect: "manual" })).status, 404, path);
  }
  // It says so to whoever follows it, and leads nobody to where agents sign in.
  const page = await (await world.context()).newPage();
  await page.goto(`${world.ayuda.origin}/t/CO-1001?k=${"A".repeat(43)}`);
  await page.getByRole("heading", { name: "Este enlace no abre ningún ticket" }).waitFor();
  assert.equal(await page.getByRole("link").count(), 0);
});
