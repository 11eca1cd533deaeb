// The owner's web site: pages with the tag, on another origin than ours.
import { createServer } from "node:http";

export class Host {
  static async start(ayuda) {
    const host = new Host();
    host.ayuda = ayuda;
    host.server = createServer((request, response) => host.#answer(request, response));
    await new Promise((listening) => host.server.listen(0, "127.0.0.1", listening));
    host.origin = `http://127.0.0.1:${host.server.address().port}`;
    return host;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  /** `csp`: a policy that allows nothing but what the README says; `attributes`: of the tag; `inAddress`: the site is in the script's address;
   * `isolated`: it takes in nothing from elsewhere that does not say that it may be taken in. */
  page(site, { csp = false, attributes = "", head = false, inAddress = false, isolated = false, path = "/" } = {}) {
    const url = new URL(path, this.origin);
    url.searchParams.set("site", site);
    if (csp) url.searchParams.set("csp", "1");
    if (head) url.searchParams.set("head", "1");
    if (inAddress) url.searchParams.set("inAddress", "1");
    if (isolated) url.searchParams.set("isolated", "1");
    if (attributes) url.searchParams.set("attributes", attributes);
    return url.href;
  }

  #answer(request, response) {
    const url = new URL(request.url, this.origin);
    const { ayuda } = this;
    const site = url.searchParams.get("site");
    const which = url.searchParams.has("inAddress") ? `${ayuda.origin}/widget.js?site=${site}"` : `${ayuda.origin}/widget.js" data-site="${site}"`;
    const tag = `<script async src="${which} ${url.searchParams.get("attributes") ?? ""}></script>`;
    const head = url.searchParams.has("head");
    response.setHeader("content-type", "text/html; charset=utf-8");
    if (url.searchParams.has("csp")) {
      response.setHeader("content-security-policy",
        `default-src 'none'; script-src ${ayuda.origin}; frame-src ${ayuda.origin}; connect-src ${ayuda.origin}`);
    }
    if (url.searchParams.has("isolated")) {
      response.setHeader("cross-origin-embedder-policy", "require-corp");
      response.setHeader("cross-origin-opener-policy", "same-origin");
    }
    response.end(`<!doctype html><html lang="es"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>CuentasOK</title>${head ? tag : ""}<main><h1>Facturas al día</h1><a href="/otra?${url.searchParams}">Otra página</a><p>${"Una página con texto propio. ".repeat(200)}</p></main>${head ? "" : tag}</html>`);
  }
}
