// What a visitor does, by the names that people and assistive technology see.
import { eventually } from "./wait.js";

export class Visitor {
  static async arrive(world, context, site, at = {}) {
    const visitor = new Visitor();
    Object.assign(visitor, { world, context, site, at, page: await context.newPage() });
    await visitor.page.goto(world.host.page(site, at));
    return visitor;
  }

  /** The corner button, whatever it says. */
  get button() {
    return this.page.getByRole("button", { name: /^(Chat|Ayuda)/ });
  }

  /** Waits until the button says so. */
  async sees(label, options) {
    await this.page.getByRole("button", { name: label, exact: true }).waitFor(options);
    return this;
  }

  get panel() {
    return this.page.frameLocator("iframe");
  }

  /** The panel's frame, for scripts inside it. */
  async frame() {
    return eventually("the panel is a frame", () =>
      this.page.frames().find((frame) => frame.url().startsWith(`${this.world.ayuda.origin}/w/`)));
  }

  /** Opens the panel, unless a chat that runs has it open, and waits until it stands still: a click at a frame that is on its way lands beside it. */
  async show() {
    const isOpen = await this.page.evaluate(() => Object.values(sessionStorage).some((value) => value.startsWith("open ")));
    if (!isOpen) await this.button.click();
    await this.page.locator("iframe:not(.shut)").evaluate((frame) =>
      Promise.all(frame.getAnimations().map((animation) => animation.finished)));
  }

  async open() {
    await this.show();
    await this.box("Mensaje").waitFor();
    return this;
  }

  /** Waits until the panel's script has taken over. */
  async hydrated() {
    await this.panel.locator("html[data-ready]").waitFor();
    return this;
  }

  box(name) {
    return this.panel.getByRole("textbox", { name, exact: true });
  }

  press(name) {
    return this.panel.getByRole("button", { name, exact: true }).click();
  }

  get log() {
    return this.panel.getByRole("log", { name: "Conversación" });
  }

  async startChat({ name = "Marta Ríos", email, subject, message = "Hola, ¿me ayudan con una factura?" } = {}) {
    await this.sees("Chat");
    await this.open();
    if (name) await this.box("Nombre").fill(name);
    if (email) await this.box("Correo electrónico").fill(email);
    if (subject) await this.box("Asunto").fill(subject);
    await this.box("Mensaje").fill(message);
    await this.press("Iniciar chat");
    await this.log.getByText(message).waitFor();
    return this;
  }

  async say(text) {
    await this.box("Mensaje").fill(text);
    await this.press("Enviar");
    await this.log.getByText(text, { exact: true }).waitFor();
  }

  async hears(text) {
    await this.log.getByText(text).first().waitFor();
  }

  /** The ticket's number, from the panel. */
  async number() {
    const text = await this.panel.getByText(/[A-Z]{1,6}-\d{4,}/).first().textContent();
    return /[A-Z]{1,6}-\d{4,}/.exec(text)[0];
  }

  async menu(item) {
    await this.press("Menú");
    await this.panel.getByRole("menuitem", { name: item }).click();
  }

  /** Ends the chat from the menu, and says so once more. */
  async end() {
    await this.menu("Finalizar chat");
    await this.panel.getByRole("dialog", { name: "¿Finalizar el chat?" }).getByRole("button", { name: "Finalizar chat" }).click();
  }

  /** The element of the panel that has the focus: its id, else its words. */
  async focus() {
    return (await this.frame()).evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
  }

  /** What the log says, entry by entry, in order. */
  async texts() {
    return this.log.evaluate((log) => log.innerText);
  }
}
