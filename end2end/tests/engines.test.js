// The story of a visitor and an agent in the browsers of other engines than Chromium's, both ends in the same one.
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { World } from "../support/world.js";
import { eventually } from "../support/wait.js";

for (const engine of ["firefox", "webkit"]) {
  describe(engine, () => {
    let world;
    before(async () => {
      world = await World.start({ engine });
    });
    after(() => world?.stop());
    afterEach(() => world.tidy());

    test(`${engine}: where an agent signs in, the console's script and wasm come beforehand`, async () => {
      const page = await (await world.context()).newPage();
      await page.goto(`${world.ayuda.origin}/console/sign-in`);
      const come = () => page.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname));
      for (const file of [/^\/assets\/console\.\w+\.js$/, /^\/assets\/console\.\w+\.wasm$/]) {
        await eventually(`${file} came`, async () => (await come()).some((path) => file.test(path)));
      }
    });

    test(`${engine}: a chat, a file, a reload, a rating, the flip, a request and its ticket`, async () => {
      const site = await world.ayuda.site("motores");
      const agent = await world.agent("Lucía Medina", { sites: [site] });
      const visitor = await world.visitor(site);

      await visitor.sees("Chat");
      await visitor.button.click();
      await visitor.box("Nombre").waitFor();
      // Nothing was clicked in the panel: its first field takes what is typed, from the first letter on.
      await visitor.page.keyboard.type("Marta");
      await fieldIs(visitor, "Nombre", "Marta");
      await visitor.box("Mensaje").fill("¿Me ayudan con una factura?");
      await visitor.press("Iniciar chat");
      await visitor.log.getByText("¿Me ayudan con una factura?").waitFor();

      await agent.offer.getByText("¿Me ayudan con una factura?").waitFor();
      await agent.accept();
      await visitor.hears("Lucía Medina se ha unido");
      await agent.say("Hola Marta, la busco.");
      await visitor.hears("Hola Marta, la busco.");
      await visitor.panel.locator("#c-files").setInputFiles({ name: "recibo.txt", mimeType: "text/plain", buffer: Buffer.from("Recibo 7") });
      await visitor.panel.getByRole("button", { name: "Quitar recibo.txt" }).waitFor();
      await visitor.say("Va el recibo");
      await agent.hears("Va el recibo");
      await agent.hears("recibo.txt");

      const number = await visitor.number();
      await visitor.page.reload();
      await visitor.hears("Hola Marta, la busco.");
      assert.equal(await visitor.number(), number);
      await visitor.say("Sigo aquí");
      await agent.hears("Sigo aquí");

      await agent.end();
      await visitor.panel.getByRole("radiogroup", { name: "Valoración" }).locator("label").last().click();
      await visitor.box("Comentario").fill("Muy amable");
      await visitor.press("Enviar valoración");
      await visitor.panel.getByText("¡Gracias por tu valoración!").waitFor();

      await visitor.press("Nueva conversación");
      await visitor.box("Mensaje").fill("Otra cosa, sin prisa");
      await agent.become("Ausente");
      await visitor.panel.getByRole("button", { name: "Enviar solicitud" }).waitFor();
      await fieldIs(visitor, "Mensaje", "Otra cosa, sin prisa");
      await visitor.box("Correo electrónico").fill("marta@cliente.example");
      await visitor.press("Enviar solicitud");
      await visitor.panel.getByText("Recibimos tu solicitud").first().waitFor();

      const request = agent.page.getByText("Otra cosa, sin prisa").first();
      await request.click();
      await agent.answer("Dinos qué cosa.");
      const mail = await world.mail.find("marta@cliente.example", (mail) => mail.text.includes("Dinos qué cosa."));
      const { page } = visitor;
      await page.goto(/http\S+\/t\/\S+\?k=\S+/.exec(mail.text)[0]);
      await page.getByText("Dinos qué cosa.").first().waitFor();
      await page.getByRole("textbox", { name: "Responder" }).fill("Ya lo encontré, gracias.");
      await page.getByRole("button", { name: "Enviar", exact: true }).click();
      await page.getByText("Ya lo encontré, gracias.").first().waitFor();
      await agent.hears("Ya lo encontré, gracias.");
    });
  });
}

function fieldIs(visitor, name, text) {
  return eventually(`${name} is ${text}`, async () => (await visitor.box(name).inputValue()) === text);
}
