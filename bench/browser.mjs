// The figures that people wait for, in Chromium: one JSON line a figure. Run by `cargo xtask bench`, for the product or, with
// MEASURED=floor, for the bare pages of the floor.
import { setTimeout as pause } from "node:timers/promises";
import { eventually } from "../end2end/support/wait.js";
import { World } from "../end2end/support/world.js";

const FLOOR = process.env.FLOOR;
const IS_FLOOR = process.env.MEASURED === "floor";
const RUNS = Number(process.env.RUNS ?? 3);
const SITE = "bench";

const sorted = (values) => [...values].sort((a, b) => a - b);
const percentile = (values, share) => sorted(values)[Math.max(0, Math.ceil(values.length * share) - 1)];
const median = (values) => percentile(values, 0.5);
const print = (figure, value, unit, at_most) => console.log(JSON.stringify({ figure, value, unit, at_most }));
const times = (figure, value, at_most) => print(figure, value, "ms", at_most);

const world = await World.start();
try {
  if (IS_FLOOR) {
    await talk();
    await opening();
    await loopback();
    await script();
    await bareConsole();
  } else {
    await world.ayuda.site(SITE, { limits: { wait_limit: "2h", idle_limit: "2h", capacity: 1000, queue_limit: 1000, tickets_per_hour: 0, messages_per_minute: 0 } });
    const agent = await world.agent("Ana Banco", { sites: [SITE] });
    await talk(agent);
    await anotherPage(agent);
    await offers(agent);
    await opening();
    await loopback();
    await script();
    await agentConsole(agent);
  }
} finally {
  await world.stop();
}

/** From Enter in the visitor's page to the frame that shows it in the agent's. */
async function talk(agent) {
  const taken = IS_FLOOR ? await bareTalk() : await agentTalk(agent);
  times("Enter to painted in the agent's page, p95", percentile(taken, 0.95), 100);
}

async function agentTalk(agent) {
  const visitor = await world.visitor(SITE);
  await visitor.startChat();
  await agent.accept();
  await visitor.hears("se ha unido");
  const taken = await enterToPainted(await visitor.frame(), visitor.box("Mensaje"), agent.page);
  await agent.end();
  return taken;
}

async function bareTalk() {
  const [from, to] = [await (await world.context()).newPage(), await (await world.context()).newPage()];
  await from.goto(`${FLOOR}/floor/visitor`);
  await to.goto(`${FLOOR}/floor/agent`);
  await pause(300);
  return enterToPainted(from.mainFrame(), from.getByRole("textbox"), to);
}

async function enterToPainted(frame, box, page) {
  await frame.evaluate(() =>
    document.addEventListener("keydown", (event) => event.key === "Enter" && (window.pressed = performance.timeOrigin + performance.now()), true));
  await page.evaluate(() => {
    window.painted = {};
    new MutationObserver(() => {
      for (const [mark] of document.body.textContent.matchAll(/marca-\d+-/g)) {
        if (window.painted[mark]) continue;
        window.painted[mark] = -1;
        // After the next frame's work is done, that frame is on its way to the screen.
        requestAnimationFrame(() => setTimeout(() => (window.painted[mark] = performance.timeOrigin + performance.now())));
      }
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  const taken = [];
  for (let i = 0; i < 40; i++) {
    const mark = `marca-${i}-`;
    await page.bringToFront();
    await box.fill(`${mark} Hola`);
    await box.press("Enter");
    const painted = await eventually(mark, async () => {
      const at = await page.evaluate((mark) => window.painted[mark], mark);
      return at > 0 && at;
    });
    taken.push(painted - (await frame.evaluate(() => window.pressed)));
  }
  return taken.slice(5);
}

/** From a page's DOMContentLoaded to the running chat's words on it, in a panel that was open on the page before. */
async function anotherPage(agent) {
  const visitor = await world.visitor(SITE);
  const words = "Esto se lee otra vez";
  await visitor.startChat({ message: words });
  await agent.accept();
  await visitor.hears("se ha unido");
  await visitor.context.addInitScript((words) => {
    const now = () => performance.timeOrigin + performance.now();
    const shown = (element) => element?.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    if (window === window.top) document.addEventListener("DOMContentLoaded", () => (window.parsed = now()));
    const look = () => {
      const log = document.querySelector("[role=log]");
      if (!window.readable && shown(log) && log.innerText.includes(words)) window.readable = now();
      const frame = document.querySelector("ayuda-widget")?.shadowRoot?.querySelector("iframe");
      if (!window.unveiled && shown(frame)) window.unveiled = now();
      requestAnimationFrame(look);
    };
    look();
  }, words);
  const taken = [];
  // The first one fills the cache of what only such a page loads.
  for (let run = 0; run < Math.max(RUNS, 3) + 1; run++) {
    await visitor.page.reload({ waitUntil: "commit" });
    const { parsed, unveiled } = await eventually("the panel", () =>
      visitor.page.evaluate(() => window.unveiled && { parsed: window.parsed, unveiled: window.unveiled }), 30);
    const readable = await eventually("the words", async () => (await visitor.frame()).evaluate(() => window.readable), 30);
    taken.push(Math.max(unveiled, readable) - parsed);
  }
  times("next page to the running chat readable again, loopback", median(taken.slice(1)), 300);
  await agent.end();
  await visitor.context.close();
}

/** From the press of *Iniciar chat* to the dialog in the agent's page. */
async function offers(agent) {
  await agent.page.evaluate(() => {
    const look = () => {
      const dialog = [...document.querySelectorAll("dialog[open], [role=dialog]")].find((dialog) => /Nueva solicitud de chat/.test(dialog.textContent + dialog.getAttribute("aria-label")));
      if (dialog?.checkVisibility() && !window.rang) window.rang = performance.timeOrigin + performance.now();
      if (!dialog) window.rang = 0;
      requestAnimationFrame(look);
    };
    look();
  });
  const taken = [];
  for (let i = 0; i < 12; i++) {
    const visitor = await world.visitor(SITE);
    await visitor.sees("Chat");
    await visitor.open();
    await visitor.box("Nombre").fill("Marta");
    await visitor.box("Mensaje").fill(`Hola ${i}`);
    await pause(500);
    await agent.page.bringToFront();
    const frame = await visitor.frame();
    await frame.evaluate(() => document.addEventListener("click", () => (window.pressed = performance.timeOrigin + performance.now()), true));
    await visitor.press("Iniciar chat");
    const rang = await eventually("the offer", () => agent.page.evaluate(() => window.rang));
    taken.push(rang - (await frame.evaluate(() => window.pressed)));
    await agent.decline();
    await visitor.context.close();
  }
  times("new chat to the agent's offer, p95", percentile(taken.slice(2), 0.95), 200);
}

/** The page that has the button; host and panel on one site, so that the same process is slowed for both. */
function host() {
  if (IS_FLOOR) return { url: `${FLOOR}/floor/host`, button: "#floor" };
  return { url: world.host.page(SITE).replace("127.0.0.1", "localhost"), button: "ayuda-widget" };
}

/** On a slow line and a slow phone: the button, and from the click to a field that takes text. */
async function opening() {
  const slow = { latency: 150, downloadThroughput: 200_000, uploadThroughput: 93_750, cpu: 4 };
  const { button, click } = await visits({ ...slow, ...host(), hover: false });
  times("button visible; 150 ms, 1.6 Mbit/s, CPU/4", button, 750);
  times("click to typable, nothing preloaded; the same line", click, 500);
}

async function loopback() {
  const { click } = await visits({ ...host(), hover: true });
  times("click to typable after hover, loopback", click, 60);
}

/** `hover`: the pointer is over the button for a second before the click. */
async function visits({ url, button, hover, latency, downloadThroughput, uploadThroughput, cpu }) {
  const visible = [], clicked = [];
  for (let run = 0; run < Math.max(RUNS, 3); run++) {
    const context = await world.context();
    await context.addInitScript((name) => {
      const now = () => performance.timeOrigin + performance.now();
      const shown = (element) => element?.checkVisibility({ visibilityProperty: true });
      const look = () => {
        const host = document.querySelector(name);
        const inside = host?.shadowRoot ?? document;
        const button = host?.shadowRoot?.querySelector("button") ?? host;
        if (!window.visible && button && !button.hidden && shown(button)) window.visible = performance.now();
        if (!window.unveiled && shown(inside.querySelector("iframe"))) window.unveiled = now();
        if (!window.typable && [...document.querySelectorAll("textarea")].some(shown)) window.typable = now();
        requestAnimationFrame(look);
      };
      look();
    }, button);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    if (latency) {
      await devtools.send("Network.enable");
      await devtools.send("Network.emulateNetworkConditions", { offline: false, latency, downloadThroughput, uploadThroughput });
      await devtools.send("Emulation.setCPUThrottlingRate", { rate: cpu });
    }
    await page.goto(url, { waitUntil: "commit" });
    visible.push(await eventually("the button", () => page.evaluate(() => window.visible), 30));
    if (hover) {
      const box = await page.evaluate((name) => {
        const host = document.querySelector(name);
        const { x, y } = (host.shadowRoot?.querySelector("button") ?? host).getBoundingClientRect();
        return { x, y };
      }, button);
      await page.mouse.move(box.x + 10, box.y + 10);
      await pause(1000);
    } else {
      await pause(800);
    }
    const start = await page.evaluate((name) => {
      const host = document.querySelector(name);
      const start = performance.timeOrigin + performance.now();
      (host.shadowRoot?.querySelector("button") ?? host).click();
      return start;
    }, button);
    const unveiled = await eventually("the frame", () => page.evaluate(() => window.unveiled), 30);
    const typable = await eventually("the field", async () => {
      const frame = page.frames().find((frame) => frame !== page.mainFrame());
      return frame?.evaluate(() => window.typable);
    }, 30);
    clicked.push(Math.max(unveiled, typable) - start);
    await context.close();
  }
  return { button: median(visible), click: median(clicked) };
}

/** Script time of a page with the tag less the same page without it. */
async function script() {
  const spent = async (url, ready) => {
    const taken = [];
    for (let run = 0; run < Math.max(RUNS, 3); run++) {
      const context = await world.context();
      const page = await context.newPage();
      const devtools = await context.newCDPSession(page);
      await devtools.send("Performance.enable");
      await page.goto(url);
      await ready(page);
      await pause(500);
      const { metrics } = await devtools.send("Performance.getMetrics");
      taken.push(metrics.find(({ name }) => name === "ScriptDuration").value * 1000);
      await context.close();
    }
    return median(taken);
  };
  const none = await spent(`${FLOOR}/floor/bare`, () => {});
  const button = IS_FLOOR ? "Chat" : /^(Chat|Ayuda)$/;
  const url = IS_FLOOR ? `${FLOOR}/floor/host` : world.host.page(SITE);
  const some = await spent(url, (page) => page.getByRole("button", { name: button }).waitFor());
  times("script time the closed button adds to a page", some - none, 10);
}

/** A console that was never loaded: bytes, and the time until its socket is welcomed. */
async function agentConsole(agent) {
  const cookies = await agent.context.cookies();
  const taken = [];
  let bytes = 0;
  for (let run = 0; run < Math.max(RUNS, 3); run++) {
    const context = await world.context();
    await context.addCookies(cookies);
    const page = await context.newPage();
    const devtools = await context.newCDPSession(page);
    await devtools.send("Network.enable");
    bytes = 0;
    devtools.on("Network.loadingFinished", ({ encodedDataLength }) => (bytes += encodedDataLength));
    const welcomed = new Promise((told) =>
      page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => String(payload).startsWith('{"welcome":') && told(Date.now()))));
    await page.goto(`${world.ayuda.origin}/console`, { waitUntil: "commit" });
    const start = await page.evaluate(() => performance.timeOrigin);
    taken.push((await welcomed) - start);
    await context.close();
  }
  print("console cold, over the line", bytes / 1024, "KiB", 400);
  times("console cold, to interactive on loopback", median(taken), 1000);
}

async function bareConsole() {
  const taken = [];
  for (let run = 0; run < Math.max(RUNS, 3); run++) {
    const page = await (await world.context()).newPage();
    await page.goto(`${FLOOR}/floor/panel`);
    taken.push(await page.evaluate(() => performance.getEntriesByType("navigation")[0].loadEventEnd));
  }
  times("console cold, to interactive on loopback", median(taken), 1000);
}
