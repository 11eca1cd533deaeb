// What a screen reader says by itself: every sentence that is put into a live region while that is shown, or shown with it, in order.

/** Runs in every frame before its own scripts. Sentences are told to `window.narrate`, which the test gives. */
export function listenToLiveRegions() {
  const LIVE = "[role=log], [role=status], [role=alert], [aria-live=polite], [aria-live=assertive]";
  /** The live region of a node: the nearest ancestor that says whether it is one. */
  const region = (node) => {
    let element = node.nodeType === 1 ? node : node.parentElement;
    while (element) {
      const live = element.getAttribute("aria-live");
      if (live === "off") return null;
      if (live || element.matches(LIVE)) return element;
      element = element.parentElement ?? null;
    }
    return null;
  };
  const isShown = (element) => element.isConnected && !element.closest("[aria-hidden=true]") &&
    element.checkVisibility({ visibilityProperty: true, opacityProperty: false });
  const said = (node) => {
    if (node.nodeType === 3) return node.data;
    if (node.nodeType !== 1 || node.hidden || node.getAttribute("aria-hidden") === "true" || getComputedStyle(node).display === "none") return "";
    return [...node.childNodes].map(said).join(" ");
  };
  /** The nodes that a change has put in: added, shown, or written anew. */
  const news = ({ type, target, addedNodes }) => {
    if (type === "childList") return [...addedNodes];
    return type === "characterData" || !target.hidden ? [target] : [];
  };

  // Nobody hears a frame that its page hides. Its own document cannot see that: the page tells it, and it waits to be told.
  const NAME = "narrator: is it hidden?";
  let isHidden = window.parent === window ? false : undefined;
  const waiting = [];
  const narrate = (sentence) => {
    if (isHidden === undefined) waiting.push(sentence);
    else if (!isHidden) window.narrate(sentence);
  };
  const roots = [document];
  const answer = (frame) => frame.contentWindow?.postMessage({ [NAME]: frame.getAttribute("aria-hidden") === "true" }, "*");
  addEventListener("message", ({ source, data }) => {
    if (!data || !(NAME in data)) return;
    if (data[NAME] === null) {
      const frame = roots.flatMap((root) => [...root.querySelectorAll("iframe")]).find((frame) => frame.contentWindow === source);
      if (frame) answer(frame);
    } else {
      isHidden = data[NAME];
      waiting.splice(0).forEach(narrate);
    }
  });
  if (window.parent !== window) window.parent.postMessage({ [NAME]: null }, "*");

  const seen = (records) => {
    const regions = new Map();
    for (const record of records) {
      if (record.attributeName === "aria-hidden") {
        if (record.target.matches("iframe")) answer(record.target);
        continue;
      }
      for (const node of news(record)) {
        const live = region(node);
        if (!live || !isShown(live)) continue;
        const words = said(node).replace(/\s+/g, " ").trim();
        const before = regions.get(live) ?? [];
        // What is written and shown at once is one change.
        if (words && !(record.type === "attributes" && before.includes(words))) regions.set(live, [...before, words]);
      }
    }
    if (document.visibilityState === "hidden") return;
    for (const words of regions.values()) for (const sentence of words) narrate(sentence);
  };
  const watch = (root) => new MutationObserver(seen).observe(root, {
    childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["hidden", "aria-hidden"],
  });
  watch(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    roots.push(root);
    watch(root);
    return root;
  };
}
