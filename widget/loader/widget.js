// Ayuda: the corner button. Until somebody comes near it, this file and one status answer are all that a page pays for.
(() => {
  "use strict";
  const tag = document.currentScript || document.querySelector("script[data-site][src*='widget.js'],script[src*='widget.js?site=']");
  const stub = window.ayuda;
  if (!tag || (stub && stub.version)) return; // a second tag is ignored
  const { origin, searchParams } = new URL(tag.src);
  const { position, hue, lang: wanted, offset, label: named, theme } = tag.dataset;
  const site = tag.dataset.site || searchParams.get("site"); // some tag managers drop attributes
  if (!site) return console.warn("ayuda: the tag needs data-site");

  const FRAME = "FRAME"; // and here the address of the other half
  const given = "STATUS"; // in its place the server writes the status, where the site is in the address
  const right = position === "right";
  const forced = theme === "dark" || theme === "light" ? theme : "";
  const gap = parseFloat(offset) >= 0 ? parseFloat(offset) : 20; // from both edges, in pixels
  const words = { chat: "Chat", help: "Ayuda" };
  const listeners = {};
  let lang = wanted || [...(navigator.languages || [])].slice(0, 5).join() || "es";
  let status, events, timer, tries = 0, disabled = false, opened = false, quiet, half, loading;

  // ---- drawn once, in a shadow root, without any markup that a strict CSP would refuse ----

  const make = (name, attributes, parent, space) => {
    const element = space ? document.createElementNS(space, name) : document.createElement(name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (parent) parent.append(element);
    return element;
  };
  const host = make("ayuda-widget");
  const root = host.attachShadow({ mode: "open" });
  const control = (parent, attributes) => make("button", { type: "button", ...attributes }, parent);
  const button = control(root, { id: "b", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-describedby": "u", hidden: "" });
  const svgs = "http://www.w3.org/2000/svg";
  const svg = make("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, button, svgs);
  const icon = make("path", {}, svg, svgs);
  const label = make("span", {}, button);
  const badge = make("b", { "aria-hidden": "true", hidden: "" }, button);
  const count = make("span", { id: "u", hidden: "" }, root);
  const CHAT = "M4 5h16v11H9l-5 4z";
  const HELP = "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M9.5 9.5a2.5 2.5 0 1 1 3.4 2.3c-.6.3-.9.8-.9 1.4v.8M12 17.2v.1";

  const side = right ? "right" : "left";
  const css = `
:host{all:initial!important;position:fixed!important;z-index:2147483647!important;bottom:0!important;${side}:0!important;width:0!important;height:0!important;display:block!important;color-scheme:${forced || "light dark"}}
:host([hidden]){display:none!important}
*{box-sizing:border-box}
[hidden]{display:none!important}
:host{--b:oklch(.47 .17 var(--h,258));--p:oklch(.4 .17 var(--h,258));--c:#fff;--i:oklch(.24 .02 260);--l:oklch(.9 .006 85);--r:var(--b)}
button{font:600 16px/1.15 system-ui,sans-serif;cursor:pointer;-webkit-tap-highlight-color:transparent}
#b{position:fixed;bottom:calc(${gap}px + env(safe-area-inset-bottom));${side}:calc(${gap}px + env(safe-area-inset-${side}));display:inline-flex;gap:10px;align-items:center;margin:0;padding:13px 20px 13px 16px;min-height:46px;
border:1px solid transparent;border-radius:99px;background:#2d52b5;background:var(--b);color:#fff;
box-shadow:0 6px 24px rgb(20 26 40/.16),0 1px 3px rgb(20 26 40/.14);transition:background .12s}
#b:hover{background:var(--p)}
#b.off{background:var(--c);color:var(--i);border-color:var(--l)}#b.off:hover{background:oklch(.965 .004 85)}
:focus-visible{outline:3px solid var(--r);outline-offset:3px}
svg{width:20px;height:20px;flex:none;fill:none;stroke:currentColor;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
b{position:absolute;top:-7px;${right ? "left" : "right"}:-5px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#c2261b;color:#fff;font:700 12px/22px system-ui,sans-serif;text-align:center}
.sr{position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media${forced ? (forced === "dark" ? " all" : " not all") : "(prefers-color-scheme:dark)"}{:host{--b:oklch(.52 .15 var(--h,258));--p:oklch(.46 .15 var(--h,258));--c:oklch(.26 .012 260);--i:oklch(.94 .005 85);--l:oklch(.38 .012 260);--r:oklch(.78 .12 var(--h,258))}#b.off:hover{background:oklch(.32 .012 260)}}
@media(prefers-reduced-motion:reduce){*{transition:none!important;transform:none!important}}
@media(forced-colors:active){#b,b{border:1px solid}}
@media print{:host{display:none!important}}`;
  const style = (css) => {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
    } catch {
      make("style", {}, root).textContent = css;
    }
  };
  style(css);

  // Frameworks that replace the body take the button with it: it comes back, at most 20 times a second.
  let attached = 0;
  const attach = () => {
    if (!document.body || host.parentNode === document.body || attached >= 20) return;
    if (!attached++) setTimeout(() => { attached = 0; attach(); }, 1000);
    document.body.append(host);
    if (half) half.moved();
    observer.disconnect();
    observer.observe(document.documentElement, { childList: true });
    observer.observe(document.body, { childList: true });
  };
  const observer = new MutationObserver(attach);
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", attach, { once: true });
  else attach();

  // ---- events ----

  const emit = (name, detail = {}) => {
    Object.freeze(detail);
    for (const listener of [...(listeners[name] || [])]) {
      try { listener(detail); } catch (error) { setTimeout(() => { throw error; }); }
    }
    dispatchEvent(new CustomEvent("ayuda:" + name, { detail }));
  };

  // ---- Chat or Ayuda ----

  const address = (what, query = {}) => {
    const url = new URL(`/w/${encodeURIComponent(site)}${what}`, origin);
    for (const key in query) if (query[key]) url.searchParams.set(key, query[key]);
    return url.href;
  };
  const drawButton = () => {
    const open = !!(status && status.open);
    label.textContent = named || (open ? words.chat : words.help);
    icon.setAttribute("d", open ? CHAT : HELP);
    button.className = open ? "" : "off";
    const { unread } = core;
    badge.hidden = !unread;
    badge.textContent = unread > 9 ? "9+" : unread;
    const sentence = unread === 1 ? words["unread.one"] : words["unread.other"];
    count.textContent = unread ? (sentence || "{n}").replace("{n}", unread) : "";
    if (button.hidden) {
      button.hidden = false;
      emit("ready", { site });
    }
  };
  const setHue = (degrees) => {
    if (degrees != null && degrees !== "" && isFinite(degrees)) host.style.setProperty("--h", +degrees);
  };
  const setStatus = (answer) => {
    const before = status;
    status = answer;
    for (const key in answer.strings) words[key.replace("button.", "")] = answer.strings[key];
    if (!hue) setHue(answer.hue);
    drawButton();
    if (half) half.status();
    if (!before || before.open !== answer.open || before.reason !== answer.reason) {
      emit("status", { open: answer.open, label: answer.label, reason: answer.reason, changes_at: answer.changes_at });
    }
  };
  const retryLater = (again) => {
    clearTimeout(timer);
    timer = setTimeout(again, Math.min(1000 * 2 ** tries++, 30000) * (0.5 + Math.random() / 2));
  };
  const fetchStatus = async () => {
    clearTimeout(timer);
    try {
      const answer = await fetch(address("/status", { lang }), { credentials: "omit" });
      if (answer.status === 403 || answer.status === 404) {
        disabled = true; // not a site, or not this page's: there is nothing to show
        return emit("error", { code: answer.status === 403 ? "origin_not_allowed" : "not_found" });
      }
      if (!answer.ok) throw answer;
      setStatus(await answer.json());
      tries = 0;
      listen();
    } catch {
      if (tries && !status) drawButton(); // the form can still be opened
      if (tries === 1) emit("error", { code: "try_again" });
      retryLater(fetchStatus);
    }
  };
  const listen = () => {
    clearTimeout(timer);
    if (events || disabled || document.hidden) return;
    events = new EventSource(address("/events", { lang }));
    events.addEventListener("status", (event) => {
      tries = 0;
      setStatus(JSON.parse(event.data));
    });
    events.onerror = () => {
      stopListening();
      retryLater(listen);
    };
  };
  const stopListening = () => {
    if (events) events.close();
    events = null;
    clearTimeout(timer);
  };
  const resume = () => (document.hidden ? stopListening() : status ? listen() : disabled || fetchStatus());
  document.addEventListener("visibilitychange", resume);
  addEventListener("pagehide", stopListening);
  addEventListener("pageshow", (event) => event.persisted && resume());
  addEventListener("online", () => { stopListening(); tries = 0; resume(); });

  // ---- window.ayuda ----

  const KEY = "ayuda:" + site;
  const core = { origin, right, gap, hue, theme: forced, KEY, root, host, button, label, count, words, unread: 0, make, control, style, emit, address, drawButton,
    get: () => ({ status, lang, disabled, opened }), open: (again) => open(again), close: () => close() };
  // The other half, which has the panel, comes when it is wanted. What is said to it before waits, in order.
  let waiting = [];
  const say = (name) => (...rest) => (half ? half[name](...rest) : waiting.push([name, rest]));
  const load = () => {
    if (half || loading || disabled) return;
    loading = make("script", { src: new URL(FRAME, origin).href }, document.head);
    loading.ayuda = (made) => {
      half = made(core);
      for (const [name, rest] of waiting.splice(0)) half[name](...rest);
    };
    loading.onerror = () => {
      loading.remove(); // the next time it is asked for again
      loading = null;
      // What the page said is still true then; what the visitor wanted to see is over.
      waiting = waiting.filter(([name]) => !["prepare", "show", "hide"].includes(name));
      if (!opened) return;
      close();
      label.textContent = words.failed || "?";
    };
  };
  const loaded = (name) => (...rest) => {
    load();
    say(name)(...rest);
  };
  // Open or closed at once, whenever the frame comes. `again`: as it was on the page before, without the focus.
  const open = (again) => {
    if (opened || disabled) return;
    opened = true;
    quiet = again === true;
    button.setAttribute("aria-expanded", "true");
    loaded("show")(quiet);
    emit("open");
  };
  const close = () => {
    if (!opened) return;
    opened = false;
    button.setAttribute("aria-expanded", "false");
    // Who never was in a panel that opened by itself is not taken away from the page.
    if (!quiet || document.activeElement === host) button.focus({ preventScroll: true });
    say("hide")();
    emit("close");
  };
  const toggle = () => (opened ? close() : open());
  button.onclick = toggle;
  for (const near of ["pointerenter", "focus", "touchstart"]) button.addEventListener(near, loaded("prepare"), { passive: true });

  const commands = {
    open: () => open(), close, toggle,
    show: () => { host.hidden = false; },
    hide: () => { close(); host.hidden = true; },
    // Each with its instant: a panel that comes later knows whether somebody has logged out since.
    identify: (who) => say("identify")(who, Date.now()),
    set: (what) => say("set")(what, Date.now()),
    lang: (code) => { lang = String(code); stopListening(); fetchStatus(); if (half) half.reload(); },
    on: (name, listener) => {
      (listeners[name] = listeners[name] || new Set()).add(listener);
      if (name === "ready" && !button.hidden) listener({ site });
    },
    off: (name, listener) => {
      if (listener) listeners[name] && listeners[name].delete(listener);
      else delete listeners[name];
    },
    logout: () => {
      // At once, and for the page after this one: the other half says so to the panel, whenever it can.
      const at = Date.now();
      try { sessionStorage.setItem(KEY, "left " + at); } catch { /* then this page alone does */ }
      loaded("logout")(at);
    },
  };
  const ayuda = (name, ...rest) => {
    if (Object.hasOwn ? Object.hasOwn(commands, name) : commands[name]) commands[name](...rest);
    else console.warn("ayuda: there is no " + name);
  };
  ayuda.version = 1;
  Object.defineProperty(window, "ayuda", { value: Object.freeze(ayuda), writable: false, configurable: false });
  setHue(hue);
  try {
    if (sessionStorage.getItem(KEY)) loaded("resume")();
  } catch { /* no chat ran in this tab */ }
  for (const call of (stub && stub.q) || []) ayuda(...call);
  if (given.strings && (!wanted || wanted === given.lang)) {
    setStatus(given);
    listen();
  } else fetchStatus();
})();
