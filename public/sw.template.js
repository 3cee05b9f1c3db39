// The service worker: keeps one whole build of the program on this machine.
//
// `cargo xtask postbuild` fills in the build and its files, each with its SHA-256. A build is
// installed whole or not at all, and waits until the page says SKIP_WAITING. Nothing of a
// person is kept here, and requests to /api/ are never touched: data live in IndexedDB.

const BUILD = "__BUILD__";
const FILES = "__FILES__";
const PREFIX = "doorstep-";
const CACHE = PREFIX + BUILD;
const PATHS = new Set(FILES.map(([path]) => path));

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data === "SKIP_WAITING") self.skipWaiting();
});
self.addEventListener("fetch", (event) => {
  const path = kept(event.request);
  if (path) event.respondWith(answer(path, event.request));
});

// A half-deployed server answers with wrong bytes: the hash fails, and the old build stays.
async function install() {
  const cache = await caches.open(CACHE);
  try {
    await Promise.all(FILES.map(async ([path, integrity]) => {
      const options = { cache: "reload", credentials: "same-origin", integrity, redirect: "error" };
      const response = await fetch(path, options);
      if (!response.ok) throw new Error(`${path} answered ${response.status}`);
      await cache.put(path, response);
    }));
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) await caches.delete(name);
  }
  await self.clients.claim();
}

// Which of our files answers this request; none for everything that belongs to the server.
function kept(request) {
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return undefined;
  if (pathname.startsWith("/api/") || pathname === "/healthz") return undefined;
  if (PATHS.has(pathname)) return pathname;
  const page = request.mode === "navigate" && !pathname.split("/").pop().includes(".");
  return page ? "/index.html" : undefined;
}

// The browser may have cleared the cache under pressure: then the server answers.
async function answer(path, request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(path)) ?? fetch(request);
}
