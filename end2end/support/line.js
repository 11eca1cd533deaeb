// The sockets of a context, which a test can cut.

export class Line {
  #isCut = false;
  #open = new Set();

  /** Of all pages of the context that open a socket from now on. */
  static async of(context) {
    const line = new Line();
    await context.routeWebSocket(/\/socket$/, (socket) => {
      if (line.#isCut) return socket.close();
      line.#open.add([socket, socket.connectToServer()]);
    });
    return line;
  }

  /** All are gone, and none comes back until it is mended. */
  async cut() {
    this.#isCut = true;
    const open = [...this.#open];
    this.#open.clear();
    // Either end hears of it.
    for (const ends of open) for (const end of ends) await end.close({ code: 4000 });
  }

  mend() {
    this.#isCut = false;
  }
}
