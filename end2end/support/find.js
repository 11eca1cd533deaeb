// Finds what Playwright's locators name, inside a page: runs there, by itself.

/** The element that the steps lead to, or null; `shown`: one that can be seen. Of several, the first. */
export function find(steps, shown = false) {
  const ROLES = {
    button: "button, summary, [role=button]", link: "a[href]", heading: "h1, h2, h3", dialog: "dialog",
    textbox: "textarea, input:not([type]), input[type=text], input[type=email]", radio: "input[type=radio]",
  };
  const isSeen = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const within = (root) => [...root.querySelectorAll("*")].flatMap((element) => element.shadowRoot ? [element, ...within(element.shadowRoot)] : [element]);
  const plain = (text) => text.replace(/\s+/g, " ").trim();
  const fits = (text, { source, flags, text: part, exact }) =>
    source ? new RegExp(source, flags).test(text) : exact ? text === part : text.toLowerCase().includes(part.toLowerCase());
  const spoken = (node) => node.nodeType === 3 ? node.data
    : node.nodeType !== 1 || node.hidden || node.getAttribute("aria-hidden") === "true" ? ""
    : node.getAttribute("aria-label") ?? [...node.childNodes].map(spoken).join(" ");
  const text = (element) => plain(element.textContent);
  /** Enough of the rules for accessible names for the pages of ours. */
  const name = (element) => {
    const by = (element.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => id && element.getRootNode().getElementById(id)).filter(Boolean);
    const labels = by.length ? by : element.hasAttribute("aria-label") ? [] : [...(element.labels ?? [])];
    return plain(labels.length ? labels.map(spoken).join(" ") : spoken(element));
  };
  const kinds = {
    css: (element, css) => element.matches(css),
    role: (element, role, wanted) => isSeen(element) && !element.closest("[aria-hidden=true]") &&
      (element.hasAttribute("role") ? element.getAttribute("role") === role : element.matches(ROLES[role] ?? "none")) && (!wanted || fits(name(element), wanted)),
    text: (element, wanted) => !element.matches("script, style") && fits(text(element), wanted) && ![...element.children].some((child) => fits(text(child), wanted)),
    label: (element, wanted) => element.matches("input, textarea, select, [role]") && fits(name(element), wanted),
  };
  let found = [document];
  for (const [kind, ...rest] of steps) {
    found = kind === "at" ? found.slice(rest[0]).slice(0, 1)
      : [...new Set(found.flatMap(within))].filter((element) => kinds[kind](element, ...rest));
  }
  return (shown ? found.find(isSeen) : found[0]) ?? null;
}
