// The real binary on a free port, with a data folder of its own.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually } from "./wait.js";

const BINARY = process.env.AYUDA_BINARY ?? new URL("../../target/debug/ayuda", import.meta.url).pathname;

export const ALWAYS = [["00:00", "24:00"]];
const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
/** The same intervals on every day. */
export const daily = (intervals) => Object.fromEntries(DAYS.map((day) => [day, intervals]));

export class Ayuda {
  #process;
  #log = "";

  static async start({ smtp, settings = {} } = {}) {
    const ayuda = new Ayuda();
    ayuda.data = await mkdtemp(join(tmpdir(), "ayuda-end2end-"));
    ayuda.port = await freePort();
    ayuda.address = `http://localhost:${ayuda.port}`;
    // Behind a balancer, pages have another origin than the server that serves them.
    ayuda.origin = settings.AYUDA_PUBLIC_URL ?? ayuda.address;
    ayuda.environment = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AYUDA_DATA_DIR: ayuda.data,
      AYUDA_LISTEN: `127.0.0.1:${ayuda.port}`,
      AYUDA_PUBLIC_URL: ayuda.origin,
      AYUDA_LOG: process.env.AYUDA_LOG ?? "warn",
      ...(process.env.AYUDA_DATABASE_URL && { AYUDA_DATABASE_URL: process.env.AYUDA_DATABASE_URL }),
      ...(smtp && { AYUDA_SMTP_URL: smtp }),
      ...settings,
    };
    await ayuda.serve();
    return ayuda;
  }

  /** Starts the server and waits until it answers. */
  async serve() {
    this.#process = spawn(BINARY, ["serve"], { env: this.environment, cwd: this.data, stdio: ["ignore", "pipe", "pipe"] });
    const keep = (text) => (this.#log += text);
    this.#process.stdout.setEncoding("utf8").on("data", keep);
    this.#process.stderr.setEncoding("utf8").on("data", keep);
    const server = this.#process;
    // Also when the tests end in a way that calls nobody.
    const end = () => server.kill("SIGKILL");
    process.once("exit", end);
    const ended = once(server, "exit").then(() => {
      process.off("exit", end);
      throw new Error(`the server ended:\n${this.#log}`);
    });
    ended.catch(() => {});
    const answers = eventually("the server answers", async () => (await fetch(`${this.address}/healthz`)).ok);
    await Promise.race([answers, ended]);
  }

  /** What the server wrote so far. */
  get log() {
    return this.#log;
  }

  get pid() {
    return this.#process.pid;
  }

  /** As a power cut would end it. */
  async kill(signal = "SIGKILL") {
    const ended = once(this.#process, "exit");
    this.#process.kill(signal);
    const [code] = await ended;
    return code;
  }

  async stop() {
    if (this.#process.exitCode === null && this.#process.signalCode === null) await this.kill();
    await rm(this.data, { recursive: true, force: true });
  }

  /** One of the commands that owners type. */
  async run(args, input = "") {
    const child = spawn(BINARY, args, { env: this.environment, cwd: this.data, stdio: ["pipe", "pipe", "pipe"] });
    let out = "", err = "";
    child.stdout.setEncoding("utf8").on("data", (text) => (out += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (err += text));
    child.stdin.on("error", () => {});
    child.stdin.end(input);
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`ayuda ${args.join(" ")}: ${code}\n${out}${err}`);
    return out;
  }

  /** Creates or changes a site; waits until the running server knows. */
  async site(key, { prefix = "CO", name = "CuentasOK", lang = "es", weekly = daily(ALWAYS), zone = "UTC", limits = {}, origins = [], queues = ["Soporte general"], askQueue, contactFields = [] } = {}) {
    const toml = [
      `key = ${JSON.stringify(key)}`,
      `name = ${JSON.stringify(name)}`,
      `prefix = ${JSON.stringify(prefix)}`,
      `lang = ${JSON.stringify(lang)}`,
      `allowed_origins = ${JSON.stringify(origins)}`,
      ...(contactFields.length === 0 ? [] : [`contact_fields = ${JSON.stringify(contactFields)}`]),
      ...(askQueue === undefined ? [] : [`ask_queue = ${askQueue}`]),
      `[schedule]`,
      `zone = ${JSON.stringify(zone)}`,
      `weekly = { ${Object.entries(weekly).map(([day, intervals]) => `${day} = ${JSON.stringify(intervals)}`).join(", ")} }`,
      `[limits]`,
      ...Object.entries(limits).map(([limit, value]) => `${limit} = ${JSON.stringify(value)}`),
      ...queues.flatMap((queue) => ["[[queues]]", `name = ${JSON.stringify(queue)}`]),
    ].join("\n");
    const file = join(this.data, `site-${key}.toml`);
    await writeFile(file, toml + "\n");
    await this.run(["site", "apply", file]);
    await eventually(`site ${key} answers`, async () => (await fetch(`${this.origin}/w/${key}`)).ok);
    return key;
  }

  /** An agent with a password, for the given sites (all, when none is given). */
  async agent(name, { email = `${name.split(" ")[0].toLowerCase()}@equipo.example`, password = "una clave larga y segura", sites = [], role = "agent" } = {}) {
    const only = sites.flatMap((site) => ["--site", site]);
    await this.run(["agent", "create", "--email", email, "--name", name, "--role", role, ...only, "--password-stdin"], password + "\n");
    return { name, email, password };
  }

  /** A figure of the server's, as its operator reads it. */
  async metric(name) {
    const lines = (await (await fetch(`${this.address}/metrics`)).text()).split("\n");
    return Number(lines.find((line) => line.startsWith(`${name} `)).slice(name.length + 1));
  }

  async status(site) {
    return (await fetch(`${this.origin}/w/${site}/status`)).json();
  }
}

/** A port that a server is told, also when it starts again. It is below those that a system gives to whoever asks for any: nobody who does takes it while the server is away. */
export async function freePort() {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 20_000);
    const server = createServer();
    const isFree = await new Promise((answer) => server.once("error", () => answer(false)).listen(port, "127.0.0.1", () => answer(true)));
    if (!isFree) continue;
    await new Promise((closed) => server.close(closed));
    return port;
  }
}
