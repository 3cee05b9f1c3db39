// The service worker: keeps one whole build of the program on this machine.
//
// `cargo xtask postbuild` fills in the build and its files, each with its SHA-256. A build is
// installed whole or not at all, and waits until the page says SKIP_WAITING. Nothing of a
// person is kept here, and requests to /api/ are never touched: data live in IndexedDB.
//
// A file is [path, integrity, face]: one with a face is kept where that face was shown (boot.js notes
// it in the cache "doorstep-faces"), because an engineer's phone has no use for the office's program.

const BUILD = "__BUILD__";
const FILES = "__FILES__";
const PREFIX = "doorstep-";
const CACHE = PREFIX + BUILD;
const FACES = PREFIX + "faces";
const PATHS = new Set(FILES.map(([path]) => path));
// A name that follows from the content, as field-0123456789abcdef_bg.wasm.
const NAMED = /-[0-9a-f]{16}[._]/;

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("message", (event) => {
  if (event.data === "SKIP_WAITING") self.skipWaiting();
  if (event.data === "KEEP_FACES") event.waitUntil(keepFaces());
});
self.addEventListener("fetch", (event) => {
  const path = kept(event.request);
  if (path) event.respondWith(answer(path, event.request));
});

// A half-deployed server answers with wrong bytes: the hash fails, and the old build stays.
async function install() {
  try {
    await keep(await wanted());
  } catch (error) {
    await caches.delete(CACHE);
    throw error;
  }
}

// A face shown for the first time: its program arrives beside the others, or is asked for again next time.
async function keepFaces() {
  const cache = await caches.open(CACHE);
  const have = new Set((await cache.keys()).map((request) => new URL(request.url).pathname));
  await keep((await wanted()).filter(([path]) => !have.has(path))).catch(() => {});
}

async function wanted() {
  const noted = await (await caches.open(FACES)).keys();
  const faces = noted.map((request) => new URL(request.url).pathname.slice(1));
  // An older page notes nothing: better too much than a program that is missing in a cellar.
  if (faces.length === 0) return FILES;
  return FILES.filter(([, , face]) => !face || faces.includes(face));
}

async function keep(files) {
  const cache = await caches.open(CACHE);
  await Promise.all(files.map(async ([path, integrity]) => {
    await cache.put(path, await found(path, integrity) ?? await fetched(path, integrity));
  }));
}

// A program that the build before had too: its name says what is in it. What a disk made of it since is read again.
async function found(path, integrity) {
  if (!NAMED.test(path)) return undefined;
  try {
    const kept = await caches.match(path);
    const hash = await crypto.subtle.digest("SHA-256", await kept.clone().arrayBuffer());
    return integrity === `sha256-${btoa(String.fromCharCode(...new Uint8Array(hash)))}` ? kept : undefined;
  } catch {
    return undefined;
  }
}

// What the page has just loaded under such a name is not asked for again, unless it is not what was meant.
async function fetched(path, integrity) {
  const ask = async (cache) => {
    const response = await fetch(path, { cache, credentials: "same-origin", integrity, redirect: "error" });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response;
  };
  return NAMED.test(path) ? ask("default").catch(() => ask("reload")) : ask("reload");
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && ![CACHE, FACES].includes(name)) await caches.delete(name);
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
