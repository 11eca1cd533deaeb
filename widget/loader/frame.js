// Ayuda: the other half of the corner button, which comes when somebody is near it or a chat runs: the panel's frame, what was missed
// while it was closed, and what the page says to it. widget.js makes it and calls it by these names.
document.currentScript.ayuda((core) => {
  "use strict";
  const { root, button, label, count, words, right, gap, theme, KEY, origin, control, make, emit } = core;
  let frame, greeted, quiet, visitor = {}, extra = {}, left, deadline;

  const isOpen = () => core.get().opened;

  const announcement = make("span", { class: "sr", role: "status" }, root);
  const preview = make("div", { class: "card tip", role: "region", hidden: "" }, root);
  const author = make("span", { dir: "auto" }, preview);
  const answer = control(preview);
  const dismissal = control(preview);
  const failure = make("div", { class: "card frame", role: "alert", hidden: "" }, root);
  const side = right ? "right" : "left";
  core.style(`.frame,.tip{position:fixed;bottom:calc(${gap + 60}px + env(safe-area-inset-bottom));${side}:calc(${gap}px + env(safe-area-inset-${side}));max-width:calc(100vw - ${gap * 2}px);border-radius:16px;box-shadow:0 8px 32px rgb(20 26 40/.2),0 1px 4px rgb(20 26 40/.14)}
.frame{width:376px;height:620px;max-height:calc(100vh - ${gap + 80}px);max-height:calc(100dvh - ${gap + 80}px);border:0;color-scheme:${theme || "light dark"};transition:opacity .14s,transform .14s}
.shut{visibility:hidden;opacity:0;transform:translateY(8px);pointer-events:none;transition:none}
.card{display:flex;background:var(--c);color:var(--i);border:1px solid var(--l);font:15px/1.4 system-ui,sans-serif}
.card button{font-size:15px;color:inherit;background:none;border:0;padding:12px 14px;min-width:44px;min-height:44px}
.tip{width:300px;display:grid;grid-template-columns:1fr auto}.tip span{padding:12px 0 0 14px;font-weight:600}
.tip span+button{grid-row:2;padding-top:2px;font-weight:400;line-height:1.4;text-align:start;overflow-wrap:anywhere}.tip button+button{grid-area:1/2/3;align-self:start}
.card.frame{flex-direction:column;align-items:center;justify-content:center;gap:12px;padding:24px;text-align:center}
.card.frame button{border:1px solid;border-radius:8px}
@media(max-width:480px),(max-height:420px){.frame{inset:0;width:100%;max-width:none;height:100%;height:100dvh;max-height:none;border-radius:0}}
@media(forced-colors:active){.frame{border:1px solid}}`);

  // ---- what was missed: in the title, and the last answer beside the button ----

  let title, shown, flashing;
  const flashTitle = () => {
    const turn = () => {
      if (shown && document.title === shown) document.title = title; // else the page has set another
      else if (core.unread) {
        title = document.title;
        document.title = shown = count.textContent;
        return;
      }
      shown = "";
    };
    if (core.unread && !flashing) flashing = setInterval(turn, 1000);
    if (core.unread || !flashing) return;
    flashing = clearInterval(flashing);
    turn();
  };
  const showPreview = (text) => {
    const [name, ...first] = text.split("\n");
    const said = first.join(" ");
    author.textContent = name;
    preview.setAttribute("aria-label", name);
    answer.textContent = said;
    answer.dir = "auto";
    answer.setAttribute("aria-label", (words.preview || "{text}").replace("{text}", said));
    dismissal.textContent = "×";
    dismissal.setAttribute("aria-label", words.dismiss || "×");
    preview.hidden = false;
    announcement.textContent = name + ": " + said;
  };
  const hidePreview = () => {
    preview.hidden = true;
    announcement.textContent = "";
  };
  const setUnread = (messages) => {
    if (core.unread === messages) return;
    core.unread = messages;
    core.drawButton();
    if (!messages) hidePreview();
    flashTitle();
    emit("unread", { count: messages });
  };

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
  const postVisitor = () => post("visitor", { visitor, extra });
  // A form has no connection of its own: it flips with the button.
  const postStatus = () => {
    const { status } = core.get();
    if (status) post("status", { status: { open: status.open, reason: status.reason, changes_at: Date.parse(status.changes_at) || null } });
  };
  const createFrame = (shut) => {
    if (frame || core.get().disabled) return;
    greeted = false;
    failure.hidden = true;
    frame = make("iframe", { class: "frame", title: words.frame || label.textContent });
    if (shut) shutFrame();
    frame.src = core.address("", { embed: "1", lang: core.get().lang, position: right && "right", hue: core.hue || "", theme, page: here().slice(0, 2000) });
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
    if (!isOpen()) return;
    failure.textContent = words.failed || "";
    for (const [word, run] of [["retry", () => { quiet = false; createFrame(); frame.focus(); }], ["close", core.close]]) {
      const choice = control(failure);
      choice.textContent = words[word] || word;
      choice.onclick = run;
    }
    failure.hidden = false;
    if (!quiet) failure.lastChild.focus();
  };
  const shutFrame = () => {
    frame.className = "frame shut";
    frame.setAttribute("tabindex", "-1");
    frame.setAttribute("aria-hidden", "true");
  };
  const postOpen = () => {
    post("open", { page: here(), quiet });
    if (greeted) quiet = true; // a frame that loads again takes no focus
  };
  const show = (again) => {
    if (!isOpen()) return; // closed again before this was here
    quiet = again;
    hidePreview();
    createFrame();
    if (!frame) return;
    frame.className = "frame";
    frame.removeAttribute("tabindex");
    frame.removeAttribute("aria-hidden");
    if (!quiet) frame.focus();
    postOpen();
    renew();
  };
  const hide = () => {
    failure.hidden = true;
    if (frame) shutFrame();
    post("close");
    renew();
  };

  // ---- a chat that runs goes on after the page: one key of this tab, with neither number nor token ----

  let chat = false;
  const keepChat = (runs) => {
    try {
      if ((chat = runs)) sessionStorage.setItem(KEY, (isOpen() ? "open " : "closed ") + (Date.now() + 18e5));
      else sessionStorage.removeItem(KEY);
    } catch { /* a page that keeps nothing begins anew */ }
  };
  const resume = () => {
    const [how, until] = (sessionStorage.getItem(KEY) || "").split(" ");
    if (how === "left") return logout(+until || Date.now());
    if (!(until > Date.now())) return keepChat(false);
    chat = true;
    if (how === "open") core.open(true);
    else createFrame(true);
  };
  const renew = () => chat && keepChat(true);
  addEventListener("pagehide", renew);
  document.addEventListener("visibilitychange", renew); // a phone may end a page that is hidden without another word

  // Whoever was here has left. Until the panel knows, the key says so to the next page, too.
  const logout = (at) => {
    visitor = {};
    extra = {};
    chat = false;
    left = at;
    createFrame(true);
    postLogout();
    setUnread(0);
  };
  const postLogout = () => {
    if (!left || !greeted) return;
    post("logout", { at: left });
    left = 0;
    keepChat(false);
  };

  addEventListener("message", ({ source, origin: from, data }) => {
    if (!frame || source !== frame.contentWindow || from !== origin || !data || data.ayuda !== 1) return;
    if (data.is === "hello") {
      greeted = true;
      clearTimeout(deadline);
      postLogout();
      postVisitor();
      postStatus();
      if (chat) post("resume");
      if (isOpen()) postOpen();
    } else if (data.is === "close") core.close();
    else if (data.is === "chat") keepChat(!!data.value);
    else if (data.is === "preview") isOpen() || showPreview(String(data.value));
    else if (data.is === "unread") setUnread(+data.value || 0);
    else if (data.is === "message") {
      renew();
      emit("message", { from: String(data.value) });
    }
    else if (data.is === "ticket") emit("ticket", { number: String(data.value) });
    else if (data.is === "error") emit("error", { code: String(data.value) });
  });

  answer.onclick = () => core.open();
  dismissal.onclick = () => {
    hidePreview();
    button.focus({ preventScroll: true });
  };
  // An application changes its address without loading: it is looked at again when the focus goes into the panel, too.
  const tellPage = () => post("page", { page: here() });
  for (const moved of ["popstate", "hashchange", "blur"]) addEventListener(moved, tellPage);
  if (window.navigation) navigation.addEventListener("currententrychange", tellPage);
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape") core.close();
  });

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
  return {
    prepare: () => createFrame(true),
    resume,
    show,
    hide,
    identify: (who, at) => {
      visitor = { ...plain(who, ["id", "name", "email", "phone", "expires", "signature"]), at };
      postVisitor();
    },
    set: (what, at) => {
      visitor = { at, ...visitor }; // of whoever was identified before
      extra = { ...extra, ...plain(what, ["subject", "message"]) };
      postVisitor();
    },
    logout,
    // The frame was moved with the button, and loads again.
    moved: () => { greeted = false; },
    // The button's answer is another.
    status: () => {
      if (frame) frame.title = words.frame || label.textContent;
      postStatus();
    },
    // The page speaks another language.
    reload: () => {
      if (!frame) return;
      frame.remove();
      frame = null;
      createFrame(!isOpen());
    },
  };
});
