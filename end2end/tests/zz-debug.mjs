import { World } from "../support/world.js";
import { Agent } from "../support/agent.js";
const world = await World.start();
try {
  const site = await world.ayuda.site("debug");
  const account = await world.ayuda.agent("Lucía Medina", { sites: [site], email: "l@equipo.example" });
  const context = await world.context();
  context.on("console", (m) => console.log("console:", m.text(), m.location().url));
  context.on("weberror", (e) => console.log("error:", e.error().stack));
  context.on("requestfailed", (r) => console.log("failed", r.url()));
  context.on("response", (r) => r.url().includes("assets") && console.log(r.status(), r.url()));
  const agent = await Agent.signIn(world, context, account);
  await agent.state.waitFor();
  await agent.page.waitForTimeout(15000);
} finally { await world.stop(); }
