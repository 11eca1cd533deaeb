// Ayuda: the corner button. Until somebody comes near it, this file and one status answer are all that a page pays for.
(() => {
  "use strict";
  const tag = document.currentScript || document.querySelector("script[data-site][src*='widget.js']");
  const stub = window.ayuda;
  if (!tag || (stub && stub.version)) return; // a second tag is ignored
  const { site, position, hue, lang: wanted } = tag.dataset;
  if (!site) return console.warn("ayuda: the tag needs data-site");

  const origin = new URL(tag.src).origin;
  const right = position === "right";
  const words = { chat: "Chat", help: "Ayuda" };
  const listeners = {};
  let lang = wanted || [...(navigator.languages || [])].slice(0, 5).join() || "es";
  let status, events, timer, tries = 0, disabled = false;
  let frame, greeted = false, opened = false, unread = 0, visitor = {}, extra = {}, left = false;

  // ---- drawn once, in a shadow root, without any markup that a strict CSP would refuse ----

  const make = (name, attributes, parent, space) => {
    const element = space ? document.createElementNS(space, name) : document.createElement(name);
    for (const key in attributes) element.setAttribute(key, attributes[key]);
    if (parent) parent.append(element);
    return element;
  };
  const host = make("ayuda-widget");
  const root = host.attachShadow({ mode: "open" });
  const button = make("button", { type: "button", "aria-haspopup": "dialog", "aria-expanded": "false", "aria-describedby": "n", hidden: "" }, root);
  const svgs = "http://www.w3.org/2000/svg";
  const svg = make("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, button, svgs);
  const icon = make("path", {}, svg, svgs);
  const label = make("span", {}, button);
  const badge = make("b", { "aria-hidden": "true", hidden: "" }, button);
  const announcement = make("span", { id: "n", role: "status" }, root);
  const CHAT = "M4 5h16v11H9l-5 4z";
  const HELP = "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M9.5 9.5a2.5 2.5 0 1 1 3.4 2.3c-.6.3-.9.8-.9 1.4v.8M12 17.2v.1";

  const side = right ? "right" : "left";
  const css = `
:host{all:initial!important;position:fixed!important;z-index:2147483647!important;bottom:0!important;${side}:0!important;width:0!important;height:0!important;display:block!important;color-scheme:light dark}
:host([hidden]){display:none!important}
*{box-sizing:border-box}
[hidden]{display:none!important}
button{--b:oklch(.47 .17 var(--h,258));--p:oklch(.4 .17 var(--h,258));--c:#fff;--i:oklch(.24 .02 260);--l:oklch(.9 .006 85);--r:oklch(.47 .17 var(--h,258));
position:fixed;bottom:calc(20px + env(safe-area-inset-bottom));${side}:calc(20px + env(safe-area-inset-${side}));display:inline-flex;gap:10px;align-items:center;margin:0;padding:13px 20px 13px 16px;min-height:46px;
border:1px solid transparent;border-radius:99px;background:#2d52b5;background:var(--b);color:#fff;font:600 16px/1.15 system-ui,sans-serif;cursor:pointer;-webkit-tap-highlight-color:transparent;
box-shadow:0 6px 24px rgb(20 26 40/.16),0 1px 3px rgb(20 26 40/.14);transition:background .12s,transform .12s}
button:hover{background:var(--p)}button:active{transform:scale(.98)}
button.off{background:var(--c);color:var(--i);border-color:var(--l)}button.off:hover{background:oklch(.965 .004 85)}
button:focus-visible{outline:3px solid var(--r);outline-offset:3px}
svg{width:20px;height:20px;flex:none;fill:none;stroke:currentColor;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
b{position:absolute;top:-7px;${right ? "left" : "right"}:-5px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#c2261b;color:#fff;font:700 12px/22px system-ui,sans-serif;text-align:center}
#n{position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
iframe{position:fixed;bottom:calc(80px + env(safe-area-inset-bottom));${side}:calc(20px + env(safe-area-inset-${side}));width:376px;max-width:calc(100vw - 40px);height:620px;max-height:calc(100vh - 100px);max-height:calc(100dvh - 100px);
border:0;border-radius:16px;background:transparent;color-scheme:light dark;box-shadow:0 8px 32px rgb(20 26 40/.2),0 1px 4px rgb(20 26 40/.14);transition:opacity .14s,transform .14s}
iframe.shut{visibility:hidden;opacity:0;transform:translateY(8px);pointer-events:none;transition:none}
@media(max-width:480px),(max-height:420px){iframe{inset:0;width:100%;max-width:none;height:100%;height:100dvh;max-height:none;border-radius:0}}
@media(prefers-color-scheme:dark){button{--b:oklch(.52 .15 var(--h,258));--p:oklch(.46 .15 var(--h,258));--c:oklch(.26 .012 260);--i:oklch(.94 .005 85);--l:oklch(.38 .012 260);--r:oklch(.78 .12 var(--h,258))}button.off:hover{background:oklch(.32 .012 260)}}
@media(prefers-reduced-motion:reduce){*{transition:none!important;transform:none!important}}
@media(forced-colors:active){button{border-color:ButtonText}}
@media print{:host{display:none!important}}`;
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    make("style", {}, root).textContent = css;
  }

  // Frameworks that replace the body take the button with it: it comes back, at most 20 times a second.
  let attached = 0;
  const attach = () => {
    if (!document.body || host.parentNode === document.body || attached >= 20) return;
    if (!attached++) setTimeout(() => { attached = 0; attach(); }, 1000);
    document.body.append(host);
    greeted = false; // a frame that moves loads again
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
    label.textContent = open ? words.chat : words.help;
    icon.setAttribute("d", open ? CHAT : HELP);
    button.className = open ? "" : "off";
    badge.hidden = !unread;
    badge.textContent = unread > 9 ? "9+" : unread;
    const sentence = unread === 1 ? words["unread.one"] : words["unread.other"];
    announcement.textContent = unread ? (sentence || "{n}").replace("{n}", unread) : "";
    if (frame) frame.title = words.frame || label.textContent;
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

  // ---- the panel ----

  // What is said before the frame greets is not queued: the greeting is answered with how things are by then.
  const post = (message) => {
    if (greeted) frame.contentWindow.postMessage({ ...message, ayuda: 1 }, origin);
  };
  const createFrame = () => {
    if (frame || disabled) return;
    greeted = false;
    const page = /^https?:/.test(location.href) ? location.href.split("#")[0].slice(0, 2000) : "";
    frame = make("iframe", { class: "shut", title: words.frame || label.textContent, tabindex: "-1", "aria-hidden": "true" });
    frame.src = address("", { embed: "1", lang, position: right && "right", hue: hue || "", page });
    root.append(frame);
  };
  const reload = () => {
    if (!frame) return;
    frame.remove();
    frame = null;
    createFrame();
    if (opened) showFrame();
  };
  const showFrame = () => {
    frame.className = "";
    frame.removeAttribute("tabindex");
    frame.removeAttribute("aria-hidden");
    frame.focus();
  };
  const open = () => {
    if (opened || disabled) return;
    createFrame();
    opened = true;
    button.setAttribute("aria-expanded", "true");
    showFrame();
    post({ is: "open", page: location.href.split("#")[0] });
    emit("open");
  };
  const close = () => {
    if (!opened) return;
    opened = false;
    button.setAttribute("aria-expanded", "false");
    frame.className = "shut";
    frame.setAttribute("tabindex", "-1");
    frame.setAttribute("aria-hidden", "true");
    post({ is: "close" });
    button.focus({ preventScroll: true });
    emit("close");
  };
  const toggle = () => (opened ? close() : open());

  addEventListener("message", ({ source, origin: from, data }) => {
    if (!frame || source !== frame.contentWindow || from !== origin || !data || data.ayuda !== 1) return;
    if (data.is === "hello") {
      greeted = true;
      if (left) post({ is: "logout" });
      left = false;
      post({ is: "visitor", visitor, extra });
      if (opened) post({ is: "open", page: location.href.split("#")[0] });
    } else if (data.is === "close") close();
    else if (data.is === "unread") {
      if (unread === +data.value) return;
      unread = +data.value || 0;
      drawButton();
      emit("unread", { count: unread });
    } else if (data.is === "message") emit("message", { from: String(data.value) });
    else if (data.is === "ticket") emit("ticket", { number: String(data.value) });
    else if (data.is === "error") emit("error", { code: String(data.value) });
  });

  button.addEventListener("click", toggle);
  for (const near of ["pointerenter", "focus", "touchstart"]) button.addEventListener(near, createFrame, { passive: true });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && opened) close();
  });

  // ---- window.ayuda ----

  const commands = {
    open, close, toggle,
    show: () => { host.hidden = false; },
    hide: () => { close(); host.hidden = true; },
    identify: (who) => { visitor = { ...who }; post({ is: "visitor", visitor, extra }); },
    set: (what) => { extra = { ...extra, ...what }; post({ is: "visitor", visitor, extra }); },
    lang: (code) => { lang = String(code); stopListening(); fetchStatus(); reload(); },
    on: (name, listener) => {
      (listeners[name] = listeners[name] || new Set()).add(listener);
      if (name === "ready" && !button.hidden) listener({ site });
    },
    off: (name, listener) => {
      if (listener) listeners[name] && listeners[name].delete(listener);
      else delete listeners[name];
    },
    logout: () => { visitor = {}; extra = {}; unread = 0; createFrame(); left = !greeted; post({ is: "logout" }); if (status) drawButton(); },
  };
  const ayuda = (name, ...rest) => {
    if (Object.hasOwn ? Object.hasOwn(commands, name) : commands[name]) commands[name](...rest);
    else console.warn("ayuda: there is no " + name);
  };
  ayuda.version = 1;
  Object.defineProperty(window, "ayuda", { value: Object.freeze(ayuda), writable: false, configurable: false });
  setHue(hue);
  for (const call of (stub && stub.q) || []) ayuda(...call);
  fetchStatus();
})();
