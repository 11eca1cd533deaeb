// The ticket page's own script. Without it the page works, in the server's times.
(() => {
  "use strict";
  const opened = JSON.parse(document.getElementById("state").textContent);
  const state = () => opened;
  const word = (key) => opened.strings["ticket_page." + key];
  const opening = () => ""; // the page has no such time
  /* @import times.js */

  // The files that were chosen: nothing else lists them. What the server would refuse is said at once, file by file; one that is refused takes no
  // place.
  const { most, bytes, programs, too_many_files, file_type, file_empty, file_too_large } = opened.files;
  const refusal = ({ name, size }, place) =>
    place >= most ? too_many_files
    : name.includes(".") && programs.includes(name.replace(/[.\s]+$/, "").split(".").pop().trim().toLowerCase()) ? file_type
    : !size ? file_empty
    : size > bytes && file_too_large;
  document.addEventListener("change", ({ target }) => {
    if (target.type !== "file") return;
    const taken = [], refused = [];
    for (const file of target.files) {
      const why = refusal(file, taken.length);
      if (why) refused.push(file.name + ": " + why[0].toLowerCase() + why.slice(1));
      else taken.push(file.name);
    }
    target.parentNode.lastElementChild.textContent = taken.join(", ");
    const said = document.getElementById("e-files");
    if (said) said.remove();
    target.removeAttribute("aria-invalid");
    if (!refused.length) return;
    target.setAttribute("aria-invalid", "true");
    const lines = Object.assign(document.createElement("div"), { id: "e-files", role: "alert" });
    for (const words of refused) lines.append(Object.assign(document.createElement("p"), { className: "error", textContent: words, dir: "auto" }));
    target.parentNode.after(lines);
  });
  // What was typed outlives the page's other buttons, in this tab, until it was sent.
  whenParsed(() => {
    const field = document.querySelector(".reply [name=message]");
    if (!field) return;
    const typed = "typed:" + location.pathname;
    const sent = "sent:" + location.pathname;
    try {
      const store = sessionStorage;
      if (opened.replied && store.getItem(sent) === store.getItem(typed)) store.removeItem(typed);
      if (!field.value) field.value = store.getItem(typed) || "";
      field.addEventListener("input", () => store.setItem(typed, field.value));
      field.form.addEventListener("submit", () => store.setItem(sent, field.value));
    } catch { /* then it does not */ }
  });

  // What happens while the page is open. The server says that there is something; the page is read again, and what is new in it is put here.
  const live = opened.live;
  if (live && window.EventSource) whenParsed(() => {
    let source, after = live.after, isReading, isStale, wasHidden;
    const isTypedInto = (part) => [...part.querySelectorAll("input, textarea")].some((field) => field.value !== field.defaultValue || field.checked !== field.defaultChecked);
    const put = (page) => {
      writeTimes(page);
      for (const now of page.querySelectorAll("[data-live]")) {
        const here = document.querySelector('[data-live="' + now.dataset.live + '"]');
        if (!here || here.innerHTML === now.innerHTML || isTypedInto(here)) continue;
        const hadKeyboard = here.contains(document.activeElement);
        here.replaceWith(now);
        if (hadKeyboard) now.querySelector("button, a, input")?.focus();
      }
      const list = document.querySelector(".history"), news = document.querySelector("[data-news]");
      const last = Math.max(0, ...[...list.children].map((item) => item.dataset.seq));
      for (const item of page.querySelectorAll(".history > [data-seq]")) {
        const here = list.querySelector('[data-seq="' + item.dataset.seq + '"]');
        if (here && here.outerHTML !== item.outerHTML && !here.contains(document.activeElement)) here.replaceWith(item);
        else if (!here && item.dataset.seq > last) {
          list.append(item);
          if (!item.classList.contains("me")) news.append(Object.assign(document.createElement("p"), { textContent: item.textContent }));
        }
      }
    };
    const read = async () => {
      isStale = true;
      if (isReading) return;
      isReading = true;
      while (isStale) {
        isStale = false;
        try {
          const answer = await fetch(live.page + "?lang=" + lang, { headers: { Accept: "text/html" } });
          // The link was renewed, or the ticket is gone: the page that says so takes this one's place.
          if (answer.status === 404) return location.replace(live.page);
          if (answer.ok) put(new DOMParser().parseFromString(await answer.text(), "text/html"));
        } catch { /* the next event, then */ }
      }
      isReading = false;
    };
    const listen = () => {
      source = new EventSource(live.page + "/events?after=" + after);
      source.addEventListener("new", (event) => {
        after = event.lastEventId;
        read();
      });
      source.addEventListener("gone", () => {
        source.close();
        location.replace(live.page);
      });
      source.onerror = () => {
        if (source.readyState !== EventSource.CLOSED) return; // it comes back by itself
        source = null;
        read();
        setTimeout(follow, 15000 + Math.random() * 15000);
      };
    };
    // A hidden page holds no connection: browsers give a host few of them.
    const follow = () => {
      if (document.hidden) {
        if (source) source.close();
        source = null;
        wasHidden = true;
      } else if (!source) {
        listen();
        if (wasHidden) read();
        wasHidden = false;
      }
    };
    document.addEventListener("visibilitychange", follow);
    follow();
  });
})();
