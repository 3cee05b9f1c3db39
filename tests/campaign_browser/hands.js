// Part of every page of a campaign: tells what the person sees as saved, and presses like a person in a hurry.
//
// A note is called by its first word, such as N7-3-12 or N7-3-a0-12. It counts as saved when it stands in the history on the
// screen: the app shows it there only after it was kept.
window.campaign = (() => {
  const WORD = /^N\d+\w?-\d+(?:-\w+)+/;
  const word = (text) => WORD.exec(text.trim())?.[0];
  const shown = new Set();
  const waiting = new Map();
  // What was written in this life of the page.
  const typed = new Set();

  const read = (paragraph) => {
    const found = word(paragraph.textContent);
    if (!found || shown.has(found)) return;
    shown.add(found);
    window.tellSaved(found);
    waiting.get(found)?.("saved");
  };
  const look = (node) => {
    if (node.nodeType === Node.TEXT_NODE) node = node.parentElement;
    if (!node || node.nodeType !== Node.ELEMENT_NODE) return;
    if (node.closest(".timeline")) for (const p of node.matches("p") ? [node] : node.querySelectorAll("p")) read(p);
    else for (const p of node.querySelectorAll(".timeline p")) read(p);
  };
  // The app says in words that something was not saved.
  const hear = (node) => {
    const element = node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement;
    if (!element?.closest(".toasts__said[role=alert]")?.textContent) return;
    for (const settle of waiting.values()) settle("refused");
  };
  new MutationObserver((changes) => {
    for (const change of changes) {
      hear(change.target);
      change.addedNodes.forEach(look);
    }
  }).observe(document, { childList: true, characterData: true, subtree: true });

  const pause = (ms) => new Promise((go) => setTimeout(go, ms));
  const type = (field, text) => {
    const kind = field.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(field, text);
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const free = (button) => button && !button.disabled
    && button.getAttribute("aria-disabled") !== "true" && button.getAttribute("aria-busy") !== "true";
  const named = (name) => document.querySelector(`[data-name="${CSS.escape(name)}"]`);

  // Writes one note and answers what the screen said: saved, refused, or silent.
  const write = async (text, patience = 10000) => {
    const until = performance.now() + patience;
    let field = null;
    // The form empties itself after it was saved.
    while (!((field = document.querySelector("#note")) && field.value === "" && free(named("save-note")))) {
      // The words of another life come back; a person who has something else to say takes them out.
      if (field?.value && !typed.has(word(field.value))) type(field, "");
      if (performance.now() > until) return `silent, with "${field?.value}" in the form`;
      await pause(1);
    }
    typed.add(word(text));
    type(field, text);
    const found = word(text);
    const told = new Promise((settle) => waiting.set(found, settle));
    await pause(0);
    named("save-note").click();
    if (Math.random() < 0.3) {
      // Somebody who turns to another app at once.
      await pause(0);
      window.dispatchEvent(new Event("pagehide"));
    }
    const answer = await Promise.race([told, pause(until - performance.now()).then(() => "silent")]);
    waiting.delete(found);
    return answer;
  };
  let pressing = 0;
  let stopped = false;
  // Notes one after another, until they are `count`, one is not saved, or the tab dies.
  const press = async (prefix, count, gap = 0) => {
    pressing += 1;
    let answer = "saved";
    for (let n = 0; n < count && !stopped && answer === "saved"; n += 1) {
      answer = await write(`${prefix}-${n}`);
      if (gap) await pause(Math.random() * gap);
    }
    pressing -= 1;
    return answer === "saved" ? "done" : answer;
  };

  // Text that no compression makes smaller: three bytes a character in UTF-8.
  const noise = (length) => {
    const numbers = crypto.getRandomValues(new Uint16Array(length));
    return String.fromCharCode(...numbers.map((n) => 0x4e00 + (n % 0x5000)));
  };

  // What lies in the database as words that were not sent.
  const drafts = async () => {
    const heard = (request) => new Promise((settle, fail) => {
      request.onsuccess = () => settle(request.result);
      request.onerror = () => fail(request.error);
    });
    const found = [];
    for (const { name } of await indexedDB.databases()) {
      if (!name.startsWith("doorstep-")) continue;
      const database = await heard(indexedDB.open(name));
      if (database.objectStoreNames.contains("draft")) {
        const values = await heard(database.transaction("draft").objectStore("draft").getAll());
        for (const value of values) found.push(...(new TextDecoder().decode(value).match(/N\d+\w?-\d+(?:-\w+)+/g) ?? []));
      }
      database.close();
    }
    return found;
  };

  // The app names a loss on every page.
  let lostAt = null;
  const watch = setInterval(() => {
    if (!named("data-lost")) return;
    lostAt = performance.now();
    clearInterval(watch);
  }, 20);

  const words = (selector) => [...document.querySelectorAll(selector)].map((p) => word(p.textContent)).filter(Boolean);
  const chip = () => document.querySelector("[data-name=sync]");
  return {
    write,
    press,
    noise,
    stop: () => (stopped = true),
    resting: () => pressing === 0,
    // Milliseconds from the start of the page until it said that data were lost; null while it does not.
    lostAt: () => lostAt,
    fill: (selector, text) => {
      const field = document.querySelector(selector);
      if (!field) return false;
      if (field.value !== text) type(field, text);
      return field.value === text;
    },
    click: (name) => {
      const button = named(name)?.matches("button, a") ? named(name) : named(name)?.querySelector("button, a");
      if (!free(button)) return false;
      button.click();
      return true;
    },
    // The notes of the ticket on the screen, and those that wait in the outbox on the screen.
    history: async () => {
      let more;
      while ((more = document.querySelector("[data-name=more-history]"))) {
        more.click();
        await pause(10);
      }
      return words(".timeline p");
    },
    outbox: () => words(".waiting p"),
    drafts,
    // How many entries the cloud in the title bar says to wait; -1 while there is none.
    waiting: () => (chip() ? Number(chip().innerText.trim() || 0) : -1),
    state: () => chip()?.dataset.state ?? "",
    named: (name) => !!named(name),
  };
})();
