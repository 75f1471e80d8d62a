/* The service worker: keeps the pages of visits and the files they name, and sends when the signal returns.

   A kept page names its own versions of the files, so an old page in a car park keeps working after a deployment. */
"use strict";
const SHELL = self.AUDIT_SHELL; // [store, send, ...]: addresses with the hash of their bytes
importScripts(SHELL.store, SHELL.send);
const FORM = /^\/p\/[^/]+\/visits\/\d+\/form\/\d+(?:\/(?:pl|en))?$/, LIST = /^\/p\/[^/]+\/visits$/;
const PATIENCE = 4000;

/** Return the address of a visit's form without the language: a form may be kept in two. */
const formOf = (path) => path.replace(/\/(?:pl|en)$/, "");

self.addEventListener("install", (event) => event.waitUntil((async () => {
  const assets = await caches.open("assets");
  await Promise.all(Object.values(SHELL).map(async (address) => (await assets.match(address)) || assets.add(address)));
  await self.skipWaiting(); // safe: pages name their own files, and old files stay as long as a kept page names them
})()));

self.addEventListener("activate", (event) => event.waitUntil((async () => {
  await self.clients.claim();
  const pages = await caches.open("pages"), assets = await caches.open("assets");
  const needed = new Set(Object.values(SHELL));
  for (const page of await pages.keys()) for (const address of named(await (await pages.match(page)).text())) needed.add(address);
  for (const kept of await assets.keys()) {
    const path = new URL(kept.url).pathname;
    if (!needed.has(path) && !path.endsWith(".woff")) await assets.delete(kept);
  }
})()));

/** Return the addresses of files that a page names. */
const named = (text) => [...text.matchAll(/"(\/a\/[^"]+)"/g)].map((found) => found[1]);

/** Tell whether an answer is a page of ours and not a log-in page, a redirect or a portal's greeting. */
const good = (response) => response.ok && !response.redirected && response.type === "basic" && response.headers.has("X-Page");

/** Keep a page with the files it names; true when it can be opened without signal. */
async function keep(address, known) {
  const path = new URL(address, location.origin).pathname;
  const pages = await caches.open("pages");
  if (known && (await pages.match(path))) return true;
  let response;
  // A form that keeps itself has just been loaded; the list asks for one as it stands at the office now.
  try { response = await fetch(path, { cache: known ? "default" : "no-cache" }); } catch { return Boolean(await pages.match(path)); }
  if (!good(response)) {
    // Led to the brief: sent or called off. Led to the log-in page: the form stays.
    const brief = formOf(path).replace(/\/form\/\d+$/, "");
    if (response.redirected && new URL(response.url).pathname === brief && !(await inUse(path))) await pages.delete(path);
    return false;
  }
  await put(path, response);
  return true;
}

async function put(path, response) {
  const pages = await caches.open("pages"), assets = await caches.open("assets");
  const text = await response.clone().text();
  for (const file of named(text)) if (!(await assets.match(file))) await assets.add(file);
  await pages.put(path, response);
}

async function inUse(path) {
  return (await AuditStore.documents()).some((row) => row.address === formOf(path) && row.state !== "sent");
}

/** Let go of the forms that are no longer to be filled in; what still has something unsent stays. */
async function keepOnly(addresses) {
  const pages = await caches.open("pages");
  for (const page of await pages.keys()) {
    const path = new URL(page.url).pathname;
    if (FORM.test(path) && !addresses.includes(formOf(path)) && !(await inUse(path))) await pages.delete(page);
  }
}

self.addEventListener("message", (event) => {
  if (event.data.only) event.waitUntil(keepOnly(event.data.only));
  if (event.data.keep) event.waitUntil(keep(event.data.keep, event.data.known).catch(() => false).then((kept) => event.ports[0] && event.ports[0].postMessage(kept)));
});

self.addEventListener("sync", (event) => {
  if (event.tag !== "send") return;
  event.waitUntil(AuditSend.sendNow().then((result) => { if (result === "waiting" && !event.lastChance) throw new Error("again"); }));
});

const kept = async (path) => (await caches.open("pages")).match(path, { ignoreVary: true });

/** A visit's form opens from what is kept, at once; without that, from the network. */
async function openForm(request, path) {
  const page = await kept(path);
  if (page) return page;
  const response = await fetch(request);
  if (good(response)) await put(path, response.clone()).catch(() => undefined);
  return response;
}

/** The list comes from the network when that answers in time, else as it was last seen. */
async function openList(request, path) {
  try {
    const response = await Promise.race([fetch(request), new Promise((_, reject) => setTimeout(reject, PATIENCE, new Error("slow")))]);
    if (good(response)) await put(path, response.clone()).catch(() => undefined);
    return response;
  } catch (error) {
    const page = await kept(path);
    if (page) return page;
    throw error;
  }
}

/** The first address of the installed application leads to the list when there is no signal. */
async function openHome(request) {
  try { return await fetch(request); } catch (error) {
    for (const page of await (await caches.open("pages")).keys()) {
      const path = new URL(page.url).pathname;
      if (LIST.test(path)) return Response.redirect(path, 302);
    }
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== location.origin) return;
  if (url.pathname.startsWith("/a/")) {
    event.respondWith(caches.match(event.request, { ignoreVary: true }).then((file) => file || fetch(event.request)));
  } else if (event.request.mode === "navigate") {
    if (FORM.test(url.pathname)) event.respondWith(openForm(event.request, url.pathname));
    else if (LIST.test(url.pathname)) event.respondWith(openList(event.request, url.pathname));
    else if (url.pathname === "/") event.respondWith(openHome(event.request));
  }
});
