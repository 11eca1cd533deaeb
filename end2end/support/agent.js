// What an agent does in the console, by the names that people and assistive technology see.

import { eventually } from "./wait.js";

export class Agent {
  static async signIn(world, context, account) {
    const agent = new Agent();
    Object.assign(agent, { world, context, ...account, page: await context.newPage() });
    await agent.page.goto(`${world.ayuda.origin}/console/sign-in`);
    await agent.signIn();
    return agent;
  }

  async signIn(password = this.password) {
    await this.page.getByRole("textbox", { name: "Correo electrónico" }).fill(this.email);
    // A password field has no role of its own.
    await this.page.getByLabel("Contraseña").fill(password);
    await this.page.getByRole("button", { name: "Iniciar sesión" }).click();
  }

  get state() {
    return this.page.getByRole("button", { name: /^Estado: / });
  }

  async become(state) {
    await this.state.waitFor();
    const is = this.page.getByRole("button", { name: `Estado: ${state}`, exact: true });
    if (await is.isVisible()) return this;
    // Nothing hears a click before the console's script is there.
    const item = this.page.getByRole("menuitem", { name: state });
    await eventually("the menu of states is open", async () => {
      if (!(await item.isVisible())) await this.state.click();
      return item.waitFor({ timeout: 3000 }).then(() => true, () => false);
    });
    await item.click();
    // Where chats wait for this agent alone, going away asks first.
    const goes = this.page.getByRole("button", { name: "Pasar a Ausente" });
    await eventually("it is asked or done", async () => (await is.isVisible()) || goes.isVisible());
    if (await goes.isVisible()) await goes.click();
    await is.waitFor();
    return this;
  }

  /** Another browser of the same agent. */
  async elsewhere() {
    const other = await Agent.signIn(this.world, await this.world.context(), { name: this.name, email: this.email, password: this.password });
    await other.state.waitFor();
    return other;
  }

  button(name) {
    return this.page.getByRole("button", { name, exact: true });
  }

  dialog(name) {
    return this.page.getByRole("dialog", { name, exact: true });
  }

  /** A view of the list. */
  tab(name) {
    return this.page.getByRole("tab", { name, exact: true });
  }

  /** A row of the list with this text. */
  row(text) {
    return this.page.getByRole("tabpanel").getByRole("link").filter({ hasText: text });
  }

  get offer() {
    return this.page.getByRole("dialog", { name: "Nueva solicitud de chat" });
  }

  async accept() {
    await this.offer.getByRole("button", { name: "Aceptar" }).click();
    await this.box("Mensaje").waitFor();
  }

  async decline() {
    await this.offer.getByRole("button", { name: "Rechazar" }).click();
    await this.offer.waitFor({ state: "hidden" });
  }

  box(name) {
    return this.page.getByRole("textbox", { name, exact: true });
  }

  get log() {
    return this.page.getByRole("log", { name: "Conversación" });
  }

  async say(text) {
    await this.box("Mensaje").fill(text);
    await this.box("Mensaje").press("Enter");
    await this.log.getByText(text, { exact: true }).waitFor();
  }

  /** Answers a help request: there, Enter breaks the line. */
  async answer(text) {
    await this.box("Mensaje").fill(text);
    await this.page.getByRole("button", { name: "Enviar", exact: true }).click();
    await this.log.getByText(text, { exact: true }).waitFor();
  }

  async hears(text) {
    await this.log.getByText(text).first().waitFor();
  }

  /** Ends the chat with a closing reason. */
  async end(reason = "Resuelto") {
    await this.page.getByRole("button", { name: "Finalizar", exact: true }).click();
    const dialog = this.page.getByRole("dialog", { name: "Motivo de cierre" });
    await dialog.getByRole("combobox", { name: "Motivo" }).fill(reason.slice(0, 4));
    await dialog.getByRole("option", { name: reason }).click();
    await dialog.getByRole("button", { name: "Enviar cierre" }).click();
    await dialog.waitFor({ state: "hidden" });
  }
}
