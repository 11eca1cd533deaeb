// Times in the reader's zone, which only a browser knows. Part of the scripts of both pages; each has a function `state` before it, with the
// words and the server's clock.
const lang = document.documentElement.lang;
const began = Date.now();
const format = (at, options) => new Intl.DateTimeFormat(lang, options).format(at);
const midnight = (at) => new Date(at).setHours(0, 0, 0, 0);
const now = () => Date.now() - began + state().now; // by the server's clock: the reader's may be days off
const clockTime = (at) => format(at, { hour: "numeric", minute: "2-digit" });
const daysUntil = (at) => Math.round((midnight(at) - midnight(now())) / 864e5);
const formatTime = (at, as) => {
  if (as === "full") return format(at, { dateStyle: "long", timeStyle: "short" });
  if (as === "opens") return opening(at);
  // "moment"
  const days = daysUntil(at);
  const day = days === 0 ? word("today") : days === -1 && word("yesterday");
  const otherYear = new Date(at).getFullYear() !== new Date(now()).getFullYear();
  return (day || format(at, { day: "numeric", month: "short", year: otherYear ? "numeric" : undefined })) + ", " + clockTime(at);
};
const whenParsed = (run) => {
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", run, { once: true });
  else run();
};
const writeTimes = (root) => {
  for (const time of root.querySelectorAll("time[data-as]")) {
    time.firstChild.data = formatTime(Date.parse(time.dateTime), time.dataset.as);
    time.title = formatTime(Date.parse(time.dateTime), "full");
  }
};
whenParsed(() => writeTimes(document));
