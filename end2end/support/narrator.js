// What a screen reader says by itself: every sentence that is put into a live region while that is shown, in order.

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
  const seen = (records) => {
    if (document.visibilityState === "hidden" || window.frameElement?.className === "frame shut") return;
    const regions = new Map();
    for (const record of records) {
      const nodes = record.type === "characterData" ? [record.target] : [...record.addedNodes];
      for (const node of nodes) {
        const live = region(node);
        if (!live || !isShown(live)) continue;
        const words = said(node).replace(/\s+/g, " ").trim();
        if (words) regions.set(live, [...(regions.get(live) ?? []), words]);
      }
    }
    for (const words of regions.values()) for (const sentence of words) window.narrate(sentence);
  };
  const watch = (root) => new MutationObserver(seen).observe(root, { childList: true, subtree: true, characterData: true });
  watch(document);
  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    watch(root);
    return root;
  };
}
