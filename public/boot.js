// Starts the program, then the service worker that keeps it working without a network.
//
// Tells the page by two events on `window`:
//   doorstep:update  a new build waits (also `<html data-update="ready">`, for who listens late)
//   doorstep:reload  the new build took over; the page reloads unless the event is cancelled
// and offers `window.doorstepUpdate()`, which lets the waiting build take over.

const root = document.documentElement;
const workers = navigator.serviceWorker;
const controlledFromTheStart = Boolean(workers?.controller);

const { js, wasm } = document.getElementById("boot").dataset;
const absolute = (path) => new URL(path, document.baseURI).href;

try {
  const program = await import(absolute(js));
  await program.default({ module_or_path: absolute(wasm) });
  document.getElementById("cover")?.remove();
} catch (error) {
  const trouble = document.getElementById("boot-trouble");
  if (trouble) trouble.hidden = false;
  console.error(error);
}

// A development build is replaced at every save: a worker would only serve old files.
const wanted = root.dataset.build !== "dev" && !new URLSearchParams(location.search).has("nosw");
if (workers && wanted) await keep();

// Runs even when the program did not start: a newer build may be the cure.
async function keep() {
  let reloaded = false;
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
    root.dataset.update = "ready";
    window.dispatchEvent(new CustomEvent("doorstep:update"));
  };
  registration.addEventListener("updatefound", () => {
    registration.installing?.addEventListener("statechange", tell);
  });
  tell();

  window.doorstepUpdate = () => registration.waiting?.postMessage("SKIP_WAITING");

  // An installed app may stay open for days: look for a new build when it is opened again.
  let lookedAt = Date.now();
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible" || Date.now() - lookedAt < 10 * 60_000) return;
    lookedAt = Date.now();
    registration.update().catch(() => {});
  });
}
