// Accessibility by axe-core: no violation, with every rule that it has switched on by itself.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** `frame`: a page or a frame. Its own document only; other frames are asked on their own. */
export async function accessible(frame, what) {
  // What fades in is measured when it is there; what never ends is not waited for.
  await frame.evaluate(() => {
    const ends = document.getAnimations().filter((animation) => animation.effect?.getComputedTiming().endTime < 2000);
    return Promise.all(ends.map((animation) => animation.finished.catch(() => {})));
  });
  await frame.evaluate(source);
  const { violations } = await frame.evaluate(() => window.axe.run(document, { iframes: false, resultTypes: ["violations"] }));
  const found = violations.map(({ id, help, nodes }) =>
    `${id}: ${help}\n` + nodes.map((node) => `    ${node.target.join(" ")}\n      ${node.failureSummary?.replaceAll("\n", "\n      ")}`).join("\n"));
  assert.equal(found.length, 0, `${what}:\n${found.join("\n")}`);
}
