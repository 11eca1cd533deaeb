// One server, one host site, one mail server and one browser for the tests of a file.
import { mkdir } from "node:fs/promises";
import { Ayuda } from "./ayuda.js";
import { ENGINE, launch } from "./engines.js";
import { Host } from "./host.js";
import { Line } from "./line.js";
import { MailSink } from "./smtp.js";
import { Agent } from "./agent.js";
import { Visitor } from "./visitor.js";
import { PATIENCE, eventually } from "./wait.js";

const RESULTS = new URL("../results/", import.meta.url).pathname;

export class World {
  #contexts = [];
  /** What scripts of the server's pages threw, and nobody caught. */
  #failures = [];

  /** `engine`: the browsers' (`chromium`, `firefox`, `webkit`). */
  static async start({ settings, engine = ENGINE } = {}) {
    const world = new World();
    try {
      world.mail = await MailSink.start();
      world.ayuda = await Ayuda.start({ smtp: world.mail.url, settings });
      world.host = await Host.start(world.ayuda);
      world.engine = engine;
      world.browser = await launch[engine]();
      await mkdir(RESULTS, { recursive: true });
    } catch (error) {
      await world.stop();
      throw error;
    }
    return world;
  }

  async stop() {
    await this.tidy();
    await this.browser?.close();
    this.host?.stop();
    await this.ayuda?.stop();
    // Whoever asks for more log than warnings wants to read it.
    if (process.env.AYUDA_LOG) console.log(this.ayuda?.log);
    this.mail?.stop();
  }

  /** Call after each test: no page of one test is open in the next, and no script of ours has failed in any. */
  async tidy() {
    await Promise.all(this.#contexts.splice(0).map((context) => context.close()));
    const failures = this.#failures.splice(0);
    if (failures.length) throw new Error(`scripts failed:\n${failures.join("\n")}`);
  }

  /** `intercepts`: requests of it are held or answered by the test. In Firefox that goes on in every later context of the browser:
   * it gets one of its own. */
  async context({ intercepts = false, ...options } = {}) {
    const browser = intercepts && this.engine === "firefox" ? await launch.firefox() : this.browser;
    const context = await browser.newContext({ locale: "es-MX", timezoneId: "America/Mexico_City", viewport: { width: 1280, height: 860 }, ...options });
    context.setDefaultTimeout(PATIENCE * 1000);
    this.#contexts.push(browser === this.browser ? context : browser);
    // Ten lines of wasm are the panic's own.
    await context.addInitScript?.(() => (Error.stackTraceLimit = 50));
    // WebKit's driver tells none.
    context.on?.("weberror", (failure) => {
      const { stack, message } = failure.error();
      if (!`${stack}`.includes(this.ayuda.origin)) return;
      this.#failures.push(`${failure.page()?.url()}: ${stack ?? message}`);
      // Also where something else fails first, for want of that script.
      console.error(this.#failures.at(-1));
    });
    return context;
  }

  /** A visitor on a page of the owner's site. */
  async visitor(site, { page: at = {}, ...options } = {}) {
    const context = await this.context(options);
    return Visitor.arrive(this, context, site, at);
  }

  /** What a visitor's form posts (`requests`, `chats`), without a visitor; the ticket's number. A chat waits for the
   * button to say Chat, as a visitor does: an agent counts once their console is connected. */
  async post(site, what, fields) {
    if (what === "chats") await eventually("the button says Chat", async () => (await this.ayuda.status(site)).open);
    const headers = { accept: "application/json" };
    const answer = await fetch(`${this.ayuda.origin}/w/${site}/${what}`, { method: "POST", headers, body: new URLSearchParams(fields) });
    if (answer.status !== 201) throw new Error(`${what} of ${site}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()).number;
  }

  /** A chat that the agent has taken; its visitor. */
  async chat(site, agent, form = {}) {
    const visitor = await this.visitor(site);
    await visitor.startChat(form);
    await agent.accept();
    await visitor.hears("se ha unido");
    return visitor;
  }

  /** An agent of a site, signed in and Disponible; `line`: the sockets. */
  async agent(name, { sites = [], state = "Disponible", role = "agent", ...options } = {}) {
    const first = name.split(" ")[0].toLowerCase().normalize("NFD").replace(/[^a-z]/g, "");
    const email = `${first}.${Math.random().toString(36).slice(2, 8)}@equipo.example`;
    const account = await this.ayuda.agent(name, { sites, email, role });
    const context = await this.context(options);
    // WebKit's driver cannot cut.
    const line = context.routeWebSocket ? await Line.of(context) : undefined;
    const agent = Object.assign(await Agent.signIn(this, context, account), { line });
    if (state) await agent.become(state);
    return agent;
  }

  shot(page, name) {
    return page.screenshot({ path: `${RESULTS}${name}.png` });
  }
}
