// WebKit by the words of Playwright that the story of all engines uses, over WebDriver (W3C) to WebKitGTK's driver: one driver and one
// window for each context, all on one screen that nobody sees.
import { spawn } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { freePort } from "./ayuda.js";
import { find } from "./find.js";
import { eventually, PATIENCE } from "./wait.js";

const DRIVER = process.env.AYUDA_WEBKIT_DRIVER ?? "/usr/bin/WebKitWebDriver";
const BROWSER = process.env.AYUDA_WEBKIT ?? "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser";
/** What WebDriver calls an element in its JSON (W3C WebDriver, 12.1). */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const KEYS = { Enter: "\ue007" };

/** A program in a group of its own, so that what it started ends with it. */
function start(program, args, options) {
  const child = spawn(program, args, { detached: true, ...options });
  const end = () => {
    process.off("exit", end);
    try { process.kill(-child.pid, "SIGKILL"); } catch { /* it has ended */ }
  };
  process.once("exit", end);
  return { child, end };
}

export class WebKit {
  static async launch() {
    const browser = new WebKit();
    browser.folder = await mkdtemp(join(tmpdir(), "ayuda-webkit-"));
    // WebKitGTK asks for pages in the language of its locale. What it needs of one is the name.
    await symlink("/usr/lib/locale/C.utf8", join(browser.folder, "es_MX.UTF-8"));
    browser.screen = start("Xvfb", ["-displayfd", "3", "-screen", "0", "1400x1000x24", "-nolisten", "tcp"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    const display = await new Promise((told, failed) => {
      browser.screen.child.once("error", failed).once("exit", () => failed(new Error("Xvfb ended")));
      browser.screen.child.stdio[3].once("data", (number) => told(String(number).trim()));
    });
    browser.environment = {
      PATH: process.env.PATH, HOME: browser.folder, DISPLAY: `:${display}`, NO_AT_BRIDGE: "1",
      LANG: "es_MX.UTF-8", LOCPATH: browser.folder, TZ: "America/Mexico_City",
      // Its sandbox does not start for root, and not in every container.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
    };
    return browser;
  }

  async newContext({ viewport }) {
    const port = await freePort();
    const driver = start(DRIVER, [`--port=${port}`], { stdio: "ignore", env: this.environment });
    const call = async (method, path, body = {}) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, ...(method === "POST" && { body: JSON.stringify(body) }) });
      const { value } = await response.json();
      if (!response.ok) throw new Error(`${method} ${path}: ${value.error}: ${value.message}`);
      return value;
    };
    await eventually("WebKit's driver answers", async () => (await call("GET", "/status")).ready);
    const options = { binary: BROWSER, args: ["--automation"] };
    const { sessionId } = await call("POST", "/session", { capabilities: { alwaysMatch: { "webkitgtk:browserOptions": options } } });
    const page = new Page((method, path, body) => call(method, `/session/${sessionId}${path}`, body), this.folder);
    await page.call("POST", "/window/rect", viewport);
    return {
      // A context is one window: whoever needs two takes two contexts.
      newPage: async () => page,
      close: async () => {
        await page.call("DELETE", "").catch(() => {});
        driver.end();
      },
      setDefaultTimeout() {},
    };
  }

  async close() {
    this.screen.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

class Page {
  #turn = Promise.resolve();

  constructor(call, folder) {
    Object.assign(this, { call, folder, keyboard: { type: (text) => this.#type(text) } });
    const all = new Locator(this, [], []);
    for (const by of ["getByRole", "getByText", "getByLabel", "locator"]) this[by] = (...args) => all[by](...args);
  }

  frameLocator(css) {
    return new Locator(this, [css], []);
  }

  goto = (url) => this.inTurn(() => this.call("POST", "/url", { url }));
  reload = () => this.inTurn(() => this.call("POST", "/refresh"));
  evaluate = (code, argument) => this.inTurn(() => this.run(code, argument), []);

  /** Several calls that nothing comes between, in the document that the path of frames leads to. */
  inTurn(work, frames = []) {
    const turn = this.#turn.then(async () => {
      await this.call("POST", "/frame", { id: null });
      for (const css of frames) {
        const frame = await this.run(find, [["css", css]]);
        if (!frame) throw new Error(`there is no ${css}`);
        await this.call("POST", "/frame", { id: frame });
      }
      return work();
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  run(code, ...args) {
    return this.call("POST", "/execute/sync", { script: `return (${code})(...arguments)`, args });
  }

  /** Keys as they are pressed on the keyboard, whatever has the focus. */
  #type(text) {
    const actions = [...text].flatMap((value) => [{ type: "keyDown", value }, { type: "keyUp", value }]);
    return this.inTurn(() => this.call("POST", "/actions", { actions: [{ type: "key", id: "keys", actions }] }));
  }
}

/** A name or a text, as it travels into the page. */
const wanted = (text, exact = false) => text instanceof RegExp ? { source: text.source, flags: text.flags } : text && { text, exact };

class Locator {
  constructor(page, frames, steps) {
    Object.assign(this, { page, frames, steps });
  }

  #and = (...step) => new Locator(this.page, this.frames, [...this.steps, step]);
  getByRole = (role, { name, exact } = {}) => this.#and("role", role, wanted(name, exact));
  getByText = (text, { exact } = {}) => this.#and("text", wanted(text, exact));
  getByLabel = (text, { exact } = {}) => this.#and("label", wanted(text, exact));
  locator = (css) => this.#and("css", css);
  first = () => this.#and("at", 0);
  last = () => this.#and("at", -1);

  /** Does something with the element, as soon as it is there and lets it be done. */
  async #act(what, act, { shown = true } = {}) {
    const done = await eventually(`${what} ${JSON.stringify(this.steps)}`, () => this.page.inTurn(async () => {
      const element = await this.page.run(find, this.steps, shown);
      return element && { answer: await act(`/element/${element[ELEMENT]}`, element) };
    }, this.frames));
    return done.answer;
  }

  click = () => this.#act("click", (element) => this.page.call("POST", `${element}/click`));
  press = (key) => this.#act("press", (element) => this.page.call("POST", `${element}/value`, { text: KEYS[key] }));
  inputValue = () => this.evaluate((field) => field.value);
  textContent = () => this.evaluate((element) => element.textContent);
  evaluate = (code, argument) => this.#act("evaluate", (_, element) => this.page.run(code, element, argument), { shown: false });
  isVisible = () => this.page.inTurn(async () => (await this.page.run(find, this.steps, true)) !== null, this.frames);
  fill = (text) => this.#act("fill", async (element) => {
    // A script may not give the focus to a field in a frame of another site before somebody has acted there: a person clicks.
    await this.page.call("POST", `${element}/click`);
    if (await this.page.call("GET", `${element}/property/value`)) await this.page.call("POST", `${element}/clear`);
    await this.page.call("POST", `${element}/value`, { text });
  });

  async setInputFiles({ name, buffer }) {
    const file = join(this.page.folder, basename(name));
    await writeFile(file, buffer);
    await this.#act("choose", (element) => this.page.call("POST", `${element}/value`, { text: file }), { shown: false });
  }

  waitFor({ state = "visible", timeout = PATIENCE * 1000 } = {}) {
    return eventually(`${state}: ${JSON.stringify(this.steps)}`, async () => (await this.isVisible()) === (state === "visible"), timeout / 1000);
  }
}
