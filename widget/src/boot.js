// Runs before the first paint of the panel and long before wasm: times in the reader's zone, messages to and from the host page, the focus.
(() => {
  "use strict";
  const html = document.documentElement;
  let page;
  const state = () => (page = page || JSON.parse(document.getElementById("state").textContent));
  const word = (key) => state().strings["panel." + key];
  /* @import times.js */

  // When the desk opens: "Volvemos hoy a las 14:00".
  const opening = (at) => {
    const days = daysUntil(at);
    const which = days <= 0 ? "today" : days === 1 ? "tomorrow" : days < 7 ? "weekday" : "date";
    let day = format(at, which === "weekday" ? { weekday: "long" } : { day: "numeric", month: "long" });
    let hour = clockTime(at);
    if (lang === "pt") {
      if (which === "weekday") day = (day.endsWith("feira") ? "na " : "no ") + day;
      hour = hour.replace(/^0/, "").replace(":00", "h").replace(":", "h");
    }
    const text = word("back." + which).replace("{day}", day).replace("{time}", hour);
    return text.replace(/ a las 1:/, " a la 1:").replace(/ às 1h/, " à 1h");
  };
  whenParsed(() => {
    for (const zone of document.querySelectorAll("input[name=zone]")) {
      zone.value = Intl.DateTimeFormat().resolvedOptions().timeZone || "";
    }
  });

  // ---- the host page: exactly its origin and its window, both ways; nothing that opens a ticket crosses ----
  let host = "";
  try {
    if (parent !== window) host = new URL(new URLSearchParams(location.search).get("page")).origin;
  } catch { /* a page of its own */ }
  const postToHost = (is, value) => {
    if (host) parent.postMessage({ ayuda: 1, is, value }, host);
  };
  const queue = [];
  let listener = null;
  let isFocusWanted = false;
  addEventListener("message", ({ source, origin, data }) => {
    if (!host || source !== parent || origin !== host || !data || data.ayuda !== 1) return;
    // Closed again before the fields were here, it leaves the focus where it is.
    if (data.is === "open" || data.is === "close") isFocusWanted = data.is === "open" && !data.quiet;
    if (isFocusWanted && data.is === "open") whenParsed(() => isFocusWanted && focusFirstField());
    const message = [String(data.is), JSON.stringify(data)];
    if (listener) listener(...message);
    else queue.push(message);
  });
  const onHostMessage = (to) => {
    listener = to;
    for (const message of queue.splice(0)) to(...message);
  };

  // What is asked for beside a conversation is not where it goes on. A keyboard that jumps up hides half of a phone: there the title is focused.
  const focusFirstField = () => whenParsed(() => {
    const fields = [...document.querySelectorAll("#panel input:not([type=hidden], [type=file], #f-contact), #panel textarea:not(#f-comment)")]
      .filter((field) => field.checkVisibility ? field.checkVisibility({ visibilityProperty: true }) : field.offsetParent);
    const touch = matchMedia("(pointer: coarse)").matches;
    const target = (!touch && (fields.find((field) => !field.value && field.type !== "radio") || fields.at(-1))) || document.querySelector("h1");
    if (target) target.focus();
  });
  document.addEventListener("click", ({ target }) => {
    if (target.closest("[data-close]")) postToHost("close");
  });
  // WebKit gives a frame of another site no focus before somebody has acted in it: the first letter brings it, and is not lost.
  document.addEventListener("keydown", ({ key, ctrlKey, metaKey, altKey }) => {
    const isNowhere = !document.activeElement || document.activeElement === document.body;
    if (isNowhere && key.length === 1 && key !== " " && !ctrlKey && !metaKey && !altKey) focusFirstField();
  });
  // On the window: the menu, which has a use for the key too, hears it before.
  addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) postToHost("close");
  });

  // ---- the receipt: under the visitor's last message, wherever that is by now ----
  const placeReceipt = () => {
    const own = document.querySelector("#log-items > [data-last]");
    if (own) document.getElementById("receipt").style.top = own.offsetTop + own.offsetHeight + 2 + "px";
  };
  document.addEventListener("load", placeReceipt, true);
  addEventListener("resize", placeReceipt);

  // ---- the sound of an answer ----
  let audio;
  const playSound = () => {
    try {
      audio = audio || new AudioContext();
      const now = audio.currentTime;
      [660, 880].forEach((pitch, i) => {
        const tone = audio.createOscillator();
        const volume = audio.createGain();
        tone.frequency.value = pitch;
        volume.gain.setValueAtTime(0.0001, now + i * 0.09);
        volume.gain.exponentialRampToValueAtTime(0.08, now + i * 0.09 + 0.02);
        volume.gain.exponentialRampToValueAtTime(0.0001, now + i * 0.09 + 0.2);
        tone.connect(volume).connect(audio.destination);
        tone.start(now + i * 0.09);
        tone.stop(now + i * 0.09 + 0.22);
      });
    } catch { /* no sound, then */ }
  };

  // ---- requests that are no frames: forms, files up with progress, files down as an address inside this page ----
  const request = (method, path, token, body, progress, done) => {
    const request = new XMLHttpRequest();
    request.open(method, path);
    request.setRequestHeader("Accept", "application/json");
    if (token) request.setRequestHeader("Authorization", "Bearer " + token);
    const file = method === "GET";
    if (file) request.responseType = "blob";
    if (progress) request.upload.onprogress = (event) => event.total && progress(Math.round((event.loaded / event.total) * 100));
    request.onloadend = () => {
      const ok = request.status >= 200 && request.status < 300;
      if (!file) done(request.responseText || "");
      else done(ok && request.response ? URL.createObjectURL(request.response) : "");
    };
    request.send(body);
  };
  const saveFile = (url, name) => Object.assign(document.createElement("a"), { href: url, download: name }).click();
  const randomId = () => {
    // RFC 9562, version 7: the time, then chance.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const now = Date.now();
    for (let i = 0; i < 6; i++) bytes[i] = Math.floor(now / 2 ** (40 - 8 * i));
    bytes[6] = (bytes[6] & 15) | 112;
    bytes[8] = (bytes[8] & 63) | 128;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
  };

  // ---- a conversation that is kept, in storage or where that is blocked in a cookie: the form must not flash up before it ----
  const isKept = (key) => {
    try {
      return localStorage.getItem(key);
    } catch { /* a cookie, then */ }
    try {
      return document.cookie.includes(encodeURIComponent(key) + "=");
    } catch {
      return false;
    }
  };
  if (html.dataset.site && isKept("ayuda:" + html.dataset.site)) {
    html.classList.add("resuming");
    setTimeout(() => html.classList.remove("resuming"), 6000);
  }

  // The wasm has drawn for the first time.
  const showReady = () => {
    html.classList.remove("resuming");
    html.dataset.ready = "";
  };

  window.ayudaPanel = { postToHost, onHostMessage, formatTime, playSound, request, saveFile, randomId, focusFirstField, showReady, placeReceipt };
  postToHost("hello");
})();
