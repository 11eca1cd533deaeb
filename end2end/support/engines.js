// The browsers that tests run in, by the name of their engine.
import { chromium, firefox } from "playwright-core";
import { WebKit } from "./webkit.js";

/** The one that the tests of everything run in. */
export const ENGINE = process.env.AYUDA_ENGINE ?? "chromium";

/** What Playwright does not do in Firefox. */
const LACKING = {
  touch: "Playwright gives Firefox no touch screen",
  paste: "a paste that a script makes carries nothing in Firefox",
  scriptless: "Playwright does not switch Firefox's scripts off",
  bodies: "Playwright does not know in Firefox what a request carries",
  wrap: "past the end of a page, Tab leaves Firefox, which has no window here to come back from",
  offline: "Playwright does not take Firefox off the network",
  dark: "Playwright does not give Firefox dark colours",
};
/** Why a test that needs this is left out; false where it is not. */
export const lacks = (what) => (ENGINE === "firefox" && LACKING[what]) || false;

export const launch = {
  chromium: () => chromium.launch({
    executablePath: process.env.AYUDA_CHROMIUM ?? "/usr/bin/chromium",
    // Playwright switches off the partitioning of storage that browsers have on, without which Chromium
    // keeps a frame of another site from storing anything. The last list of features is the one that counts.
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb", "--disable-features=Translate"],
  }),
  firefox: () => firefox.launch({
    // A Firefox as it is released, and not the one that Playwright builds.
    channel: "moz-firefox",
    executablePath: process.env.AYUDA_FIREFOX ?? "/usr/bin/firefox-esr",
    // With a process for each site, what is typed and clicked does not reach a frame of another one.
    firefoxUserPrefs: { "fission.webContentIsolationStrategy": 0 },
  }),
  webkit: () => WebKit.launch(),
};
