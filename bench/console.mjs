// The console of an agent whose list has a thousand rows and five chats, while messages come and the agent scrolls and searches: how long its
// frames take. One JSON line a figure, like `browser.mjs`. Run by `cargo xtask bench`.
import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "../end2end/support/wait.js";
import { World } from "../end2end/support/world.js";

const RUNS = Number(process.env.RUNS ?? 3);
const SITE = "bench";
const REQUESTS = 1000;
const CHATS = 5;
/** Of all visitors together, a second. */
const MESSAGES = 20;
const SECONDS = 6;

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)];
const print = (figure, value, at_most) => console.log(JSON.stringify({ figure, value, unit: "ms", at_most }));

const world = await World.start();
try {
  await world.ayuda.site(SITE, { limits: { wait_limit: "2h", idle_limit: "2h", ring_time: "2h", capacity: 1000, queue_limit: 1000, tickets_per_hour: 0, messages_per_minute: 0, frames_per_second: 0 } });
  const agent = await world.agent("Ana Banco", { sites: [SITE] });
  const { page } = agent;
  const post = (what, fields) => fetch(`${world.ayuda.origin}/w/${SITE}/${what}`, { method: "POST", headers: { accept: "application/json" }, body: new URLSearchParams(fields) });
  for (let at = 0; at < REQUESTS; at += 20) {
    await Promise.all(Array.from({ length: 20 }, (_, n) =>
      post("requests", { name: `Cliente ${at + n}`, email: `cliente${at + n}@cliente.example`, subject: `Asunto ${at + n}`, message: `La factura ${at + n} no cuadra con el pedido.` })));
  }
  const tokens = [];
  for (let n = 0; n < CHATS; n++) {
    tokens.push((await (await post("chats", { name: `Visitante ${n}`, message: `Hola ${n}` })).json()).token);
    await agent.accept();
  }
  const writers = await write(tokens);
  await page.bringToFront();
  await page.goto(`${world.ayuda.origin}/console`);
  await agent.state.waitFor();
  const rows = page.getByRole("list", { name: /^Solicitudes/ }).getByRole("link");
  await eventually("all rows", async () => {
    const more = page.getByRole("button", { name: "Ver más" });
    if (await more.isVisible()) await more.click({ timeout: 1000 }).catch(() => {});
    return (await rows.count()) >= REQUESTS;
  }, 60);
  await page.getByRole("list", { name: /^En chat/ }).getByRole("link").first().click();
  await agent.box("Mensaje").waitFor();

  const of = `${REQUESTS} rows, ${CHATS} chats, ${MESSAGES} messages/s`;
  for (const [what, act] of [["while messages come", () => pause(SECONDS * 1000)], ["while the list is scrolled", () => scroll(page)], ["while one searches", () => look(page)], ["while views change", () => views(agent)]]) {
    const frames = [], busy = [];
    for (let run = 0; run < Math.max(RUNS, 3); run++) {
      const { frame, task } = await measured(page, writers, act);
      frames.push(frame);
      busy.push(task);
    }
    // A frame of a screen with 60 Hz is 16.7 ms: two of them are at 33.4.
    print(`longest frame ${what}, ${of}`, median(frames), 34);
    print(`  longest task of its own, ${what}`, median(busy), 34);
  }
} finally {
  await world.stop();
}

/** The visitors of these chats, in a page of their own. */
async function write(tokens) {
  const page = await (await world.context()).newPage();
  await page.goto(`${world.ayuda.origin}/w/${SITE}`);
  await page.evaluate(async ({ tokens, site }) => {
    window.sockets = await Promise.all(tokens.map((token) => new Promise((ready, failed) => {
      const socket = new WebSocket(`/w/${site}/socket`, "ayuda.visitor.1");
      socket.onopen = () => socket.send(JSON.stringify({ hello: { token, after: 0 } }));
      socket.onmessage = ({ data }) => data.startsWith('{"welcome"') && ready(socket);
      socket.onclose = failed;
    })));
    const id = () => {
      const hex = Date.now().toString(16).padStart(12, "0") + "7" + crypto.randomUUID().replaceAll("-", "").slice(13);
      return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
    };
    let at = 0;
    window.begin = (rate) => (window.going = setInterval(() => {
      at += 1;
      window.sockets[at % tokens.length].send(JSON.stringify({ say: { id: id(), text: `Mensaje ${at}: sigo esperando la factura.` } }));
    }, 1000 / rate));
    window.end = () => (clearInterval(window.going), at);
  }, { tokens, site: SITE });
  return page;
}

/** The longest frame, from one to the next, and the longest task by the time that its own thread worked. */
async function measured(page, writers, act) {
  const devtools = await page.context().newCDPSession(page);
  const events = [];
  devtools.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await devtools.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel", "__metadata"], excludedCategories: ["*"] } });
  await page.evaluate(() => {
    window.frames60 = [];
    window.watching = true;
    let last = performance.now();
    const look = (now) => {
      window.frames60.push(now - last);
      last = now;
      if (window.watching) requestAnimationFrame(look);
    };
    requestAnimationFrame((now) => ((last = now), requestAnimationFrame(look)));
  });
  await writers.evaluate((rate) => window.begin(rate), MESSAGES);
  await act();
  await writers.evaluate(() => window.end());
  const frames = await page.evaluate(() => ((window.watching = false), window.frames60));
  const complete = new Promise((done) => devtools.once("Tracing.tracingComplete", done));
  await devtools.send("Tracing.end");
  await complete;
  await devtools.detach();
  const console = events.find(({ name, args }) => name === "TracingStartedInBrowser" || name === "FrameCommittedInBrowser")?.args;
  const pid = console?.data?.frames?.find(({ url }) => url?.includes("/console"))?.processId;
  const main = events.find(({ name, args, pid: of }) => name === "thread_name" && args.name === "CrRendererMain" && (pid === undefined || of === pid));
  const tasks = events.filter(({ name, pid, tid, ph, tdur }) => ph === "X" && tdur && /RunTask/.test(name) && pid === main?.pid && tid === main?.tid);
  if (process.env.VERBOSE) {
    const longest = tasks.sort((a, b) => b.tdur - a.tdur).slice(0, 3);
    for (const task of longest) {
      const inside = events.filter((event) => event.pid === task.pid && event.tid === task.tid && event.ph === "X" && event.ts >= task.ts && event.ts + event.dur <= task.ts + task.dur && event.dur > 1500);
      globalThis.console.error(Math.round(task.tdur / 1000), "ms:", inside.map(({ name, tdur }) => `${name} ${Math.round(tdur / 100) / 10}`).join(", "));
    }
    globalThis.console.error("frames", frames.length, "over 34:", frames.filter((frame) => frame > 34).map(Math.round).join(" "));
  }
  return { frame: Math.max(...frames), task: Math.max(...tasks.map(({ tdur }) => tdur / 1000)) };
}

async function scroll(page) {
  const list = page.locator(".rows");
  await list.hover();
  for (let step = 0; step < SECONDS * 20; step++) {
    await page.mouse.wheel(0, step % 60 < 30 ? 900 : -900);
    await pause(50);
  }
}

async function look(page) {
  const box = page.getByRole("searchbox", { name: "Buscar" });
  for (const words of ["factura 77", "cliente", "pedido 9"]) {
    await box.pressSequentially(words, { delay: 60 });
    await page.getByRole("region", { name: "Resultados" }).getByRole("link").first().waitFor();
    await pause(500);
    await box.press("Escape");
    await page.getByRole("tablist").waitFor();
    await pause(300);
  }
}

async function views(agent) {
  for (const name of ["Mías", "En espera", "Cerradas", "Abiertas"]) {
    await agent.tab(name).click();
    await pause(700);
  }
}
