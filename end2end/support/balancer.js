// A TCP balancer before several nodes: new connections go to the node that is asked for while it takes them, else to another.
import { connect, createServer } from "node:net";

export class Balancer {
  /** Ports, the preferred one first. */
  #nodes = [];
  #server;

  static async start() {
    const balancer = new Balancer();
    balancer.#server = createServer((client) => balancer.#pass(client, [...balancer.#nodes]));
    await new Promise((listening) => balancer.#server.listen(0, "127.0.0.1", listening));
    balancer.origin = `http://localhost:${balancer.#server.address().port}`;
    return balancer;
  }

  stop() {
    this.#server.close();
  }

  /** From now on, new connections go there first. */
  prefer(node) {
    this.#nodes = [node.port, ...this.#nodes.filter((port) => port !== node.port)];
  }

  #pass(client, [port, ...others]) {
    client.on("error", () => {});
    if (port === undefined) return client.destroy();
    const node = connect(port, "127.0.0.1");
    const refused = () => this.#pass(client, others);
    node.once("error", refused);
    node.once("connect", () => {
      node.off("error", refused);
      // Whichever end goes, the other one hears of it.
      node.on("error", () => client.destroy()).on("close", () => client.destroy());
      client.on("close", () => node.destroy());
      client.pipe(node).pipe(client);
    });
  }
}
