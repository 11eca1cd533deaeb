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
})();
