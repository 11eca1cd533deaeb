// Ayuda: the corner button. Until somebody comes near it, this file and one status answer are all that a page pays for.
(() => {
  "use strict";
  const tag = document.currentScript || document.querySelector("script[src*='widget.js']");
  const stub = window.ayuda;
  if (!tag || (stub && stub.version)) return; // a second tag is ignored
  const { origin, searchParams } = new URL(tag.src);
  const { position, hue, lang: wanted } = tag.dataset;
  const site = tag.dataset.site || searchParams.get("site"); // some tag managers drop attributes
  if (!site) return console.warn("ayuda: the tag needs data-site");

  const given = "STATUS"; // in its place the server writes the status, where the site is in the address
  const right = position === "right";
  const words = { chat: "Chat", help: "Ayuda" };
  const listeners = {};
  let lang = wanted || [...(navigator.languages || [])].slice(0, 5).join() || "es";
  let status, events, timer, tries = 0, disabled = false;
  let frame, greeted, opened, quiet, unread = 0, visitor = {}, extra = {}, left, deadline;

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
  const count = make("span", { id: "u", class: "sr" }, root);
  const announcement = make("span", { class: "sr", role: "status" }, root);
  const preview = make("div", { class: "card tip", hidden: "" }, root);
  const answer = control(preview);
  const dismissal = control(preview);
  const failure = make("div", { class: "card frame", role: "alert", hidden: "" }, root);
  const CHAT = "M4 5h16v11H9l-5 4z";
  const HELP = "M21 12a9 9 0 1 1-18 0 9 9 0 0 1 18 0M9.5 9.5a2.5 2.5 0 1 1 3.4 2.3c-.6.3-.9.8-.9 1.4v.8M12 17.2v.1";

  const side = right ? "right" : "left";
  const css = `
:host{all:initial!important;position:fixed!important;z-index:2147483647!important;bottom:0!important;${side}:0!important;width:0!important;height:0!important;display:block!important;color-scheme:light dark}
:host([hidden]){display:none!important}
*{box-sizing:border-box}
[hidden]{display:none!important}
:host{--b:oklch(.47 .17 var(--h,258));--p:oklch(.4 .17 var(--h,258));--c:#fff;--i:oklch(.24 .02 260);--l:oklch(.9 .006 85);--r:var(--b)}
button{font:600 16px/1.15 system-ui,sans-serif;cursor:pointer;-webkit-tap-highlight-color:transparent}
#b{position:fixed;bottom:calc(20px + env(safe-area-inset-bottom));${side}:calc(20px + env(safe-area-inset-${side}));display:inline-flex;gap:10px;align-items:center;margin:0;padding:13px 20px 13px 16px;min-height:46px;
border:1px solid transparent;border-radius:99px;background:#2d52b5;background:var(--b);color:#fff;
box-shadow:0 6px 24px rgb(20 26 40/.16),0 1px 3px rgb(20 26 40/.14);transition:background .12s,transform .12s}
#b:hover{background:var(--p)}#b:active{transform:scale(.98)}
#b.off{background:var(--c);color:var(--i);border-color:var(--l)}#b.off:hover{background:oklch(.965 .004 85)}
:focus-visible{outline:3px solid var(--r);outline-offset:3px}
svg{width:20px;height:20px;flex:none;fill:none;stroke:currentColor;stroke-width:2.2;stroke-linecap:round;stroke-linejoin:round}
b{position:absolute;top:-7px;${right ? "left" : "right"}:-5px;min-width:22px;height:22px;padding:0 6px;border-radius:11px;background:#c2261b;color:#fff;font:700 12px/22px system-ui,sans-serif;text-align:center}
.sr{position:fixed;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.frame,.tip{position:fixed;bottom:calc(80px + env(safe-area-inset-bottom));${side}:calc(20px + env(safe-area-inset-${side}));max-width:calc(100vw - 40px);border-radius:16px;box-shadow:0 8px 32px rgb(20 26 40/.2),0 1px 4px rgb(20 26 40/.14)}
.frame{width:376px;height:620px;max-height:calc(100vh - 100px);max-height:calc(100dvh - 100px);border:0;color-scheme:light dark;transition:opacity .14s,transform .14s}
.shut{visibility:hidden;opacity:0;transform:translateY(8px);pointer-events:none;transition:none}
.card{display:flex;background:var(--c);color:var(--i);border:1px solid var(--l);font:15px/1.4 system-ui,sans-serif}
.card button{font-size:15px;color:inherit;background:none;border:0;padding:12px 14px;min-width:44px;min-height:44px}
.tip{width:300px}.tip :first-child{flex:1;min-width:0;font-weight:400;line-height:1.4;text-align:start;overflow:hidden;overflow-wrap:anywhere}
.card.frame{flex-direction:column;align-items:center;justify-content:center;gap:12px;padding:24px;text-align:center}
.card.frame button{border:1px solid;border-radius:8px}
@media(max-width:480px),(max-height:420px){.frame{inset:0;width:100%;max-width:none;height:100%;height:100dvh;max-height:none;border-radius:0}}
@media(prefers-color-scheme:dark){:host{--b:oklch(.52 .15 var(--h,258));--p:oklch(.46 .15 var(--h,258));--c:oklch(.26 .012 260);--i:oklch(.94 .005 85);--l:oklch(.38 .012 260);--r:oklch(.78 .12 var(--h,258))}#b.off:hover{background:oklch(.32 .012 260)}}
@media(prefers-reduced-motion:reduce){*{transition:none!important;transform:none!important}}
@media(forced-colors:active){#b,b,.frame{border:1px solid}}
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
    count.textContent = unread ? (sentence || "{n}").replace("{n}", unread) : "";
    if (!unread) hidePreview();
    flashTitle();
    if (frame) frame.title = words.frame || label.textContent;
    if (button.hidden) {
      button.hidden = false;
      emit("ready", { site });
    }
  };
  // ---- what was missed: in the title, and the last answer beside the button ----

  let title, shown, flashing;
  const flashTitle = () => {
    const turn = () => {
      if (shown && document.title === shown) document.title = title; // else the page has set another
      else if (unread) {
        title = document.title;
        document.title = shown = count.textContent;
        return;
      }
      shown = "";
    };
    if (unread && !flashing) flashing = setInterval(turn, 1000);
    if (unread || !flashing) return;
    flashing = clearInterval(flashing);
    turn();
  };
  const showPreview = (text) => {
    const [name, ...first] = text.split("\n");
    const said = first.join(" ");
    answer.textContent = name + ": " + said;
    answer.dir = "auto";
    answer.setAttribute("aria-label", (words.preview || "{text}").replace("{text}", said));
    dismissal.textContent = "×";
    dismissal.setAttribute("aria-label", words.dismiss || "×");
    preview.hidden = false;
    announcement.textContent = answer.textContent;
  };
  const hidePreview = () => {
    preview.hidden = true;
    announcement.textContent = "";
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
  addEventListener("pagehide", () => {
    stopListening();
    keepChat(chat);
  });
  addEventListener("pageshow", (event) => event.persisted && resume());
  addEventListener("online", () => { stopListening(); tries = 0; resume(); });

  // ---- the panel ----

  // The page as it is now, with the part of its address that routers keep behind the #.
  const here = () => {
    const [page, hash] = location.href.split("#");
    return /^https?:/.test(page) ? (/^!?\//.test(hash) ? page + "#" + hash : page) : self.origin + "/";
  };
  // What is said before the frame greets is not queued: the greeting is answered with how things are by then.
  const post = (is, more) => {
    if (greeted) frame.contentWindow.postMessage({ ...more, is, ayuda: 1 }, origin);
  };
  const createFrame = (shut) => {
    if (frame || disabled) return;
    greeted = false;
    failure.hidden = true;
    frame = make("iframe", { class: "frame", title: words.frame || label.textContent });
    if (shut) shutFrame();
    frame.src = address("", { embed: "1", lang, position: right && "right", hue: hue || "", page: here().slice(0, 2000) });
    // The panel greets before it has loaded; an error page never does.
    const wait = (ms) => {
      clearTimeout(deadline);
      deadline = setTimeout(fail, ms);
    };
    frame.onload = () => greeted || wait(1000);
    wait(15000);
    root.append(frame);
  };
  const fail = () => {
    if (greeted || !frame) return;
    frame.remove(); // the next opening loads it again
    frame = null;
    if (!opened) return;
    failure.textContent = words.failed || "";
    for (const [word, run] of [["retry", () => { createFrame(); frame.focus(); }], ["close", close]]) {
      const choice = control(failure);
      choice.textContent = words[word] || word;
      choice.onclick = run;
    }
    failure.hidden = false;
    failure.lastChild.focus();
  };
  const shutFrame = () => {
    frame.className = "frame shut";
    frame.setAttribute("tabindex", "-1");
    frame.setAttribute("aria-hidden", "true");
  };
  const reload = () => {
    if (!frame) return;
    frame.remove();
    frame = null;
    createFrame(!opened);
  };
  const postOpen = () => {
    post("open", { page: here(), quiet });
    quiet = true; // a frame that loads again takes no focus
  };
  const open = (again) => {
    if (opened || disabled) return;
    opened = true;
    quiet = again === true;
    hidePreview();
    button.setAttribute("aria-expanded", "true");
    createFrame();
    frame.className = "frame";
    frame.removeAttribute("tabindex");
    frame.removeAttribute("aria-hidden");
    if (!quiet) frame.focus();
    postOpen();
    emit("open");
  };
  const close = () => {
    if (!opened) return;
    opened = false;
    failure.hidden = true;
    button.setAttribute("aria-expanded", "false");
    if (frame) shutFrame();
    post("close");
    button.focus({ preventScroll: true });
    emit("close");
  };
  const toggle = () => (opened ? close() : open());

  // ---- a chat that runs goes on after the page: one key of this tab, with neither number nor token ----

  let chat = false;
  const KEY = "ayuda:" + site;
  const keepChat = (runs) => {
    try {
      if ((chat = runs)) sessionStorage.setItem(KEY, (opened ? "open " : "closed ") + (Date.now() + 18e5));
      else sessionStorage.removeItem(KEY);
    } catch { /* a page that keeps nothing begins anew */ }
  };

  addEventListener("message", ({ source, origin: from, data }) => {
    if (!frame || source !== frame.contentWindow || from !== origin || !data || data.ayuda !== 1) return;
    if (data.is === "hello") {
      greeted = true;
      clearTimeout(deadline);
      if (left) post("logout");
      left = false;
      post("visitor", { visitor, extra });
      if (chat) post("resume");
      if (opened) postOpen();
    } else if (data.is === "close") close();
    else if (data.is === "chat") keepChat(!!data.value);
    else if (data.is === "preview") opened || showPreview(String(data.value));
    else if (data.is === "unread") {
      if (unread === +data.value) return;
      unread = +data.value || 0;
      drawButton();
      emit("unread", { count: unread });
    } else if (data.is === "message") emit("message", { from: String(data.value) });
    else if (data.is === "ticket") emit("ticket", { number: String(data.value) });
    else if (data.is === "error") emit("error", { code: String(data.value) });
  });

  button.onclick = toggle;
  answer.onclick = open;
  dismissal.onclick = () => {
    hidePreview();
    button.focus({ preventScroll: true });
  };
  for (const near of ["pointerenter", "focus", "touchstart"]) button.addEventListener(near, () => createFrame(true), { passive: true });
  // An application changes its address without loading: it is looked at again when the focus goes into the panel, too.
  const tellPage = () => post("page", { page: here() });
  for (const moved of ["popstate", "hashchange", "blur"]) addEventListener(moved, tellPage);
  if (window.navigation) navigation.addEventListener("currententrychange", tellPage);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && opened) close();
  });

  // ---- window.ayuda ----

  // What cannot be sent to another window, or means nothing to it, is dropped.
  const plain = (fields, known) => {
    const kept = {};
    for (const key in fields) {
      const value = fields[key];
      if (known.includes(key) && (typeof value === "string" || typeof value === "number")) kept[key] = String(value);
      else if (value != null) console.warn("ayuda: dropped " + key);
    }
    return kept;
  };
  const tellVisitor = () => post("visitor", { visitor, extra });
  const commands = {
    open: () => open(), close, toggle,
    show: () => { host.hidden = false; },
    hide: () => { close(); host.hidden = true; },
    identify: (who) => { visitor = plain(who, ["id", "name", "email", "phone", "expires", "signature"]); tellVisitor(); },
    set: (what) => { extra = { ...extra, ...plain(what, ["subject", "message"]) }; tellVisitor(); },
    lang: (code) => { lang = String(code); stopListening(); fetchStatus(); reload(); },
    on: (name, listener) => {
      (listeners[name] = listeners[name] || new Set()).add(listener);
      if (name === "ready" && !button.hidden) listener({ site });
    },
    off: (name, listener) => {
      if (listener) listeners[name] && listeners[name].delete(listener);
      else delete listeners[name];
    },
    logout: () => {
      visitor = {}; extra = {}; unread = 0;
      keepChat(false);
      createFrame(true);
      left = !greeted;
      post("logout");
      if (status) drawButton();
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
    const [how, until] = sessionStorage.getItem(KEY).split(" ");
    if (until > Date.now()) {
      chat = true;
      how === "open" ? open(true) : createFrame(true);
    }
  } catch { /* no chat ran in this tab */ }
  for (const call of (stub && stub.q) || []) ayuda(...call);
  if (given.strings && (!wanted || wanted === given.lang)) {
    setStatus(given);
    listen();
  } else fetchStatus();
})();
