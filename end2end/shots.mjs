import { World } from "./support/world.js";
const world = await World.start();
const out = "/tmp/shots/";
import { mkdir, appendFile } from "node:fs/promises";
import { join } from "node:path";
await mkdir(out, { recursive: true });
try {
  const site = await world.ayuda.site("fotos", { queues: ["Soporte general", "Facturación"], limits: { ring_time: "5m", wait_limit: "1h" } });
  await appendFile(join(world.ayuda.data, `site-${site}.toml`), `\n[[replies]]\nname = "Saludo"\ntext = "¡Hola, {name}! Soy {agent}. ¿En qué te ayudo?"\n[[replies]]\nname = "Un momento"\ntext = "Dame un momento, lo reviso y te digo."\n`);
  await world.ayuda.run(["site", "apply", join(world.ayuda.data, `site-${site}.toml`)]);
  const agent = await world.agent("Lucía Medina", { sites: [site] });
  const raul = await world.agent("Raúl Díaz", { sites: [site], state: "Ausente" });
  for (let n = 0; n < 7; n++) {
    const body = new URLSearchParams({ email: ["rosa@cliente.example", "jorge.paz@cliente.example", "ana@cliente.example"][n % 3], name: ["Rosa Ortega", "Jorge Paz", "Ana Ruiz"][n % 3], message: "El reporte anual sale en blanco desde ayer, ¿qué hago?" });
    await fetch(`${world.ayuda.origin}/w/${site}/requests`, { method: "POST", headers: { accept: "application/json" }, body });
  }
  const visitor = await world.visitor(site, { page: { path: "/conciliacion/marzo" } });
  await visitor.startChat({ message: "Hola, no puedo conciliar mi cuenta de marzo." });
  await agent.accept();
  await agent.say("¡Hola! Tu ticket es el CO-1008. ¿Me compartes el folio del movimiento?");
  await visitor.say("Claro, es el 88213.");
  await raul.page.goto(agent.page.url());
  const page = agent.page;
  const inner = page.getByRole("button", { name: "Comentario interno", exact: true });
  await inner.click();
  await agent.box("Mensaje").fill("Ese folio se duplicó en la migración; hay que revertirlo desde Operaciones.");
  await page.keyboard.press("Enter");
  const shot = async (name) => { await page.waitForTimeout(400); await page.screenshot({ path: `${out}${name}.png` }); };
  for (const [w, s] of [[1440, "light"], [1440, "dark"], [1024, "light"], [390, "light"], [360, "dark"]]) {
    await page.setViewportSize({ width: w, height: w < 500 ? 780 : 860 });
    await page.emulateMedia({ colorScheme: s });
    await shot(`chat-${w}-${s}`);
    if (w === 1440) { await inner.click(); await agent.box("Mensaje").fill("Lo reviso con @"); await page.keyboard.press("End"); await agent.box("Mensaje").pressSequentially("r"); await shot(`comment-${w}-${s}`); await agent.box("Mensaje").fill(""); await inner.click(); }
    await agent.box("Mensaje").fill(""); await agent.box("Mensaje").pressSequentially("/"); await shot(`replies-${w}-${s}`); await agent.box("Mensaje").fill("");
    if (w !== 1440 || s === "light") {
      const t = page.getByRole("button", { name: "Transferir", exact: true });
      if (await t.count()) { await t.click(); await shot(`transfer-${w}-${s}`); await page.keyboard.press("Escape"); }
    }
    if (w <= 1024) { await page.getByRole("button", { name: "Datos" }).click(); await shot(`facts-${w}-${s}`); await page.keyboard.press("Escape"); }
  }
  const second = await world.visitor(site, { page: { path: "/planes/anual" } });
  await second.startChat({ message: "¿Puedo pagar con dos tarjetas?" });
  const third = await world.visitor(site, { page: { path: "/planes/anual" } });
  await third.startChat({ message: "Otra duda" });
  await agent.offer.waitFor();
  for (const [w, s] of [[1440, "light"], [390, "dark"]]) { await page.setViewportSize({ width: w, height: w < 500 ? 780 : 860 }); await page.emulateMedia({ colorScheme: s }); await shot(`offer-${w}-${s}`); }
  await page.goto(world.ayuda.origin + "/console");
  await page.setViewportSize({ width: 1440, height: 860 }); await page.emulateMedia({ colorScheme: "light" });
  await page.getByRole("button", { name: "Perfil" }).click(); await shot("profile"); await page.keyboard.press("Escape");
  await page.setViewportSize({ width: 360, height: 780 }); await shot("list-360");
  await page.setViewportSize({ width: 1440, height: 860 });
  await page.keyboard.press("?"); await shot("keys"); await page.keyboard.press("Escape");
} finally { await world.stop(); }
