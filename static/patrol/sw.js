// The app on the phone, for where there is no signal: the shell and its files, fetched whole and kept until there are
// others. It knows no person, and never keeps what the server says to one.
//
// `KEPT` stands before this when it is served: the version, the page, and the files' addresses.

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));
const CACHE = `patrol-${KEPT.version}`;

worker.addEventListener("install", (event) => event.waitUntil(fetchAll()));
worker.addEventListener("activate", (event) => event.waitUntil(takeOver()));
worker.addEventListener("message", (event) => event.data === "take over" && worker.skipWaiting());
worker.addEventListener("fetch", (event) => {
  const address = keptUnder(event.request);
  if (address) event.respondWith(answer(address, event.request));
});

async function fetchAll() {
  const cache = await caches.open(CACHE);
  await Promise.all([KEPT.page, ...KEPT.files].map((address) => fetchOne(cache, address)));
}

/** @param {Cache} cache @param {string} address */
async function fetchOne(cache, address) {
  const response = await fetch(address, { cache: "no-cache", redirect: "error" });
  if (response.status !== 200) throw new Error(`${address}: ${response.status}`);
  await cache.put(address, response);
}

async function takeOver() {
  for (const name of await caches.keys()) if (name !== CACHE) await caches.delete(name);
  await worker.clients.claim();
}

/** The address under which it was kept, if it was: the page whatever is asked of it, a file as it is named. @param {Request} request */
function keptUnder({ method, mode, url }) {
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return null;
  if (mode === "navigate") return pathname === KEPT.page ? KEPT.page : null;
  return KEPT.files.includes(pathname) ? pathname : null;
}

/** @param {string} address @param {Request} request */
async function answer(address, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(address, { ignoreVary: true })) ?? fetch(request);
}
