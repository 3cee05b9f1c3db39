// Starts the program this address belongs to, then the service worker that keeps it working without a network.
//
// The work is two programs (app/src/programs), the field and the office; a customer holds the field's in a
// document of its own. A page that both have is shown by the one that was used last on this device. Where nobody
// was yet, a third and small one comes first, the door, and fetches the likelier of the two behind its form.
//
// Tells the page by two events on `window`:
//   doorstep:update  a new build waits (also `<html data-update="ready">`, for who listens late)
//   doorstep:reload  the new build took over; the page reloads unless the event is cancelled
// and offers `window.doorstepUpdate()`, which lets the waiting build take over, and at the door
// `window.doorstepEnter(face)`, which is done when the program of this face has been fetched.

const root = document.documentElement;
const workers = navigator.serviceWorker;
const controlledFromTheStart = Boolean(workers?.controller);

const boot = document.getElementById("boot").dataset;
const absolute = (path) => new URL(path, document.baseURI).href;
const place = location.pathname.split("/")[1];
// Phones and tablets are the field's.
const likely = matchMedia("(pointer: coarse)").matches ? "field" : "office";
let face = await chosenFace();
// A device that a customer holds has one address, whatever was typed or remembered.
if (face === "customer" && place !== "hand-over") {
  location.replace("/hand-over");
  await new Promise(() => {});
}
const programs = { door: boot.door, field: boot.field, customer: boot.field, office: boot.office };
const broken = document.getElementById("broken")?.content;
const cover = document.getElementById("cover");
let started = false;
let broke = false;

addEventListener("error", (event) => showIfBroken(event.error));
addEventListener("unhandledrejection", (event) => showIfBroken(event.reason));
try {
  await start(face).catch((error) => {
    if (face !== "door") throw error;
    // It is never kept; what this device keeps can say that there is no network.
    face = likely;
    return start(face);
  });
  cover?.remove();
  started = true;
} catch (error) {
  showIfBroken(error);
  const trouble = document.getElementById("boot-trouble");
  if (trouble) trouble.hidden = false;
  console.error(error);
}

// A development build is replaced at every save: a worker would only serve old files.
const wanted = root.dataset.build !== "dev" && !new URLSearchParams(location.search).has("nosw");
if (face === "door") offerWayIn();
else if (workers && wanted) await keep();

async function start(face) {
  const js = absolute(programs[face]);
  // Both at once; the program would ask for its code only after it was read itself.
  const code = fetch(codeOf(js), { credentials: "same-origin" });
  code.catch(() => {});
  const program = await import(js);
  await program.default({ module_or_path: code });
}

function codeOf(js) {
  return js.replace(/\.js$/, "_bg.wasm");
}

// Somebody got in at the door: under the cover, until their program is here, the likelier one sooner.
function offerWayIn() {
  // A page that the browser has put away would come back with what was filled in.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  const coming = { [likely]: fetched(likely) };
  window.doorstepEnter = async (face) => {
    if (cover) document.body.replaceChildren(cover);
    await coming[face];
  };
}

// Into the browser's own store, where the next page finds it.
async function fetched(face) {
  const js = absolute(programs[face]);
  const signal = AbortSignal.timeout?.(60_000);
  const options = { credentials: "same-origin", priority: "low", signal };
  const whole = async (path) => (await fetch(path, options)).arrayBuffer();
  await Promise.allSettled([js, codeOf(js)].map(whole));
}

// Our bug. A panic, no memory or no stack ends in a trap, and every press after it would do nothing. What was saved is
// saved: the person opens the page again and goes on, with the newer build where one waits.
function showIfBroken(error) {
  const overrun = error instanceof RangeError && /call stack/i.test(error.message);
  const trapped = error instanceof WebAssembly.RuntimeError || overrun || error?.name === "InternalError";
  if (!trapped || broke || !broken) return;
  broke = true;
  if (face === "door") rememberFace(likely);
  document.body.replaceChildren(broken);
  window.doorstepUpdate?.();
}

async function chosenFace() {
  let last, handed;
  try {
    last = localStorage.getItem("doorstep.face");
    handed = localStorage.getItem("doorstep.handed");
  } catch {
    // Storage is closed to us: the address decides.
  }
  if (handed) return "customer";
  if (place === "hand-over") return "customer";
  if (["desk", "dev"].includes(place)) return "office";
  if (["today", "tickets", "parts"].includes(place)) return "field";
  if (last) return last;
  return (await isNew()) ? "door" : likely;
}

// Whether nobody was here. A browser that died may have forgotten the notes and kept the work, and one that cleared
// everything kept a cookie that tells of it. One that takes no notes could not be told who came in.
async function isNew() {
  if (controlledFromTheStart || /(^|; )doorstep-/.test(document.cookie)) return false;
  try {
    localStorage.setItem("doorstep.new", "1");
    localStorage.removeItem("doorstep.new");
    const databases = await indexedDB.databases();
    return !databases.some(({ name }) => name.startsWith("doorstep-"));
  } catch {
    return false;
  }
}

// Runs even when the program did not start: a newer build may be the cure.
async function keep() {
  let reloaded = false;
  await rememberFace(face);
  workers.addEventListener("controllerchange", () => {
    if (!controlledFromTheStart || reloaded) return;
    const event = new CustomEvent("doorstep:reload", { cancelable: true });
    if (!window.dispatchEvent(event)) return;
    reloaded = true;
    location.reload();
  });

  let registration;
  try {
    registration = await workers.register("/sw.js", { updateViaCache: "none" });
  } catch (error) {
    console.warn("The service worker could not be installed.", error);
    return;
  }

  const tell = () => {
    if (!registration.waiting || !workers.controller) return;
    // Nothing is open that an update could disturb.
    if (!started || broke) registration.waiting.postMessage("SKIP_WAITING");
    root.dataset.update = "ready";
    window.dispatchEvent(new CustomEvent("doorstep:update"));
  };
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tell);
  });
  tell();
  if (!started) registration.update().catch(() => {});
  workers.controller?.postMessage("KEEP_FACES");

  window.doorstepUpdate = () => registration.waiting?.postMessage("SKIP_WAITING");

  // An installed app may stay open for days: look for a new build when it is opened again.
  let lookedAt = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || Date.now() - lookedAt < 10 * 60_000) return;
    lookedAt = Date.now();
    registration.update().catch(() => {});
  });
}

// The worker keeps the programs of the faces this device has shown, and no others.
async function rememberFace(face) {
  if (face === "customer") return;
  try {
    localStorage.setItem("doorstep.face", face);
    const faces = await caches.open("doorstep-faces");
    await faces.put(`/${face}`, new Response());
  } catch (error) {
    console.warn("Which program is used here could not be noted.", error);
  }
}
