// Part of every script the tests run: finds things the way a person does.
const shown = (e) => e.checkVisibility({ visibilityProperty: true }) && e.getClientRects().length > 0;
// The dialog in front, if there is one; else the page.
const front = () => [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
const seenIn = (root, selector) => [...root.querySelectorAll(selector)].filter(shown);
const seen = (selector) => seenIn(document, selector);
const words = (e) => (e?.textContent ?? "").replace(/\s+/g, " ").trim();
const first = (list, fits) => list.find((e) => fits(e, true)) ?? list.find((e) => fits(e, false));

const named = (name) => {
  const selector = `[data-name="${CSS.escape(name)}"]`;
  return seenIn(front(), selector)[0] ?? null;
};
// The control in the smallest row that has the text.
const beside = (name, text) => {
  const list = seenIn(front(), `[data-name="${CSS.escape(name)}"]`);
  const depth = (e) => { for (let n = 0; e; e = e.parentElement, n += 1) if (words(e).includes(text)) return n; return 99; };
  return list.sort((a, b) => depth(a) - depth(b))[0] ?? null;
};
const pressable = (text) => {
  const list = seenIn(front(), "button, a, summary, label, [role=button], [role=tab]");
  return first(list, (e, exact) => exact
    ? words(e) === text || e.getAttribute("aria-label") === text
    : words(e).includes(text)) ?? null;
};
const labelled = (label, exact) => (e) => exact ? words(e) === label : words(e).startsWith(label);
const field = (label) => {
  if (label.startsWith("#")) return seenIn(front(), label)[0] ?? null;
  const labels = seenIn(front(), "label[for]");
  const found = first(labels, (e, exact) => labelled(label, exact)(e));
  return found ? document.getElementById(found.htmlFor) : null;
};
const choice = (label, text) => {
  const list = label.startsWith("#") ? field(label) : field(label);
  if (list?.tagName === "SELECT") {
    const option = first([...list.options], (e, exact) => exact
      ? words(e) === text || e.value === text : words(e).includes(text));
    if (!option) return null;
    list.value = option.value;
    list.dispatchEvent(new Event("change", { bubbles: true }));
    return true;
  }
  const group = label.startsWith("#") ? list?.closest(".field")
    : first(seenIn(front(), ".field__label"), (e, exact) => labelled(label, exact)(e))?.closest(".field");
  const rows = group ? [...group.querySelectorAll("label")].filter((e) => e.querySelector("input")) : [];
  const row = first(rows, (e, exact) => exact
    ? words(e) === text || e.querySelector("input").value === text : words(e).includes(text));
  if (!row) return null;
  return row.querySelector("input").checked ? true : row;
};
const check = (text) => {
  const rows = seenIn(front(), "label").filter((e) => e.querySelector("input[type=checkbox]"));
  const row = text.startsWith("#") ? rows.find((e) => e.querySelector(text))
    : first(rows, (e, exact) => labelled(text, exact)(e));
  if (!row) return null;
  return row.querySelector("input").checked ? true : row;
};
// Into the middle of the screen; answers why it cannot be pressed, if it cannot.
const bring = (e) => {
  e.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
  if (e.getAttribute("aria-disabled") === "true" || e.disabled) {
    const why = document.getElementById(e.getAttribute("aria-describedby") ?? "");
    return "blocked: " + (words(why ?? e) || "no reason given");
  }
  if (e.getAttribute("aria-busy") === "true") return "busy";
  return null;
};
// The same, once it stands still: what moves is missed by a finger.
const steady = (e) => {
  const why = bring(e);
  if (why) return why;
  const before = e.getBoundingClientRect();
  return new Promise((resolve) => {
    const look = () => {
      const now = e.getBoundingClientRect();
      resolve(e.isConnected && now.top === before.top && now.left === before.left ? null : "it moves");
    };
    requestAnimationFrame(() => requestAnimationFrame(look));
    // A tab in the background draws no frames.
    setTimeout(look, 120);
  });
};
// Fields of the browser's own pickers cannot be typed into the same way everywhere.
const setTime = (e, value) => {
  if (!["date", "time", "datetime-local"].includes(e.type)) return false;
  Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(e, value);
  e.dispatchEvent(new Event("input", { bubbles: true }));
  e.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
};
const reads = (text) => document.body.innerText.replace(/\s+/g, " ").includes(text.replace(/\s+/g, " "));
// All drafts of all databases here, as one text.
const keptDrafts = async () => {
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  let text = "";
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    if (database.objectStoreNames.contains("draft")) {
      const rows = await asked(database.transaction("draft").objectStore("draft").getAll());
      text += rows.map((row) => (typeof row === "string" ? row : new TextDecoder().decode(row))).join("\n");
    }
    database.close();
  }
  return text;
};
// What is wrong with the page as it is drawn now.
const complaints = (english) => {
  const found = [];
  const name = (e) => {
    const label = e.getAttribute("data-name") ?? e.id ?? "";
    return `<${e.tagName.toLowerCase()} class="${e.getAttribute("class") ?? ""}"${label ? ` ${label}` : ""}> “${words(e).slice(0, 40)}”`;
  };
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) {
    found.push(`the page is ${root.scrollWidth} wide on a screen of ${root.clientWidth}`);
    for (const e of seen("body *")) {
      if (e.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(e)) found.push(`reaches beyond the right edge: ${name(e)}`);
    }
  }
  for (const e of seen("body *")) {
    const text = [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    const style = getComputedStyle(e);
    const clips = ["hidden", "clip"].includes(style.overflowX);
    if (text && clips && e.scrollWidth > e.clientWidth + 1 && !meantToClip(e)) found.push(`clipped: ${name(e)}`);
  }
  const controls = "button, a[href], input, select, textarea, summary, [role=button], [role=tab]";
  for (const e of seen(controls)) if (!accessibleName(e)) found.push(`without a name: ${e.outerHTML.slice(0, 160)}`);
  for (const e of seen("input[id], select[id], textarea[id]")) {
    if (document.querySelectorAll(`#${CSS.escape(e.id)}`).length > 1) found.push(`two elements have the id ${e.id}`);
  }
  if (english) {
    for (const e of seen("button, label, nav, th, h1, h2, h3, legend, dt, summary, p.field__hint, .tag, option, [aria-label], [placeholder]")) {
      const own = [...e.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data).join("");
      const texts = [own, e.getAttribute("aria-label") ?? "", e.getAttribute("placeholder") ?? "", e.getAttribute("title") ?? ""];
      for (const text of texts) if (chinese(text) && !data(e, text)) found.push(`not English: ${name(e)} ${text}`);
    }
  }
  return [...new Set(found)].slice(0, 40);
};
const chinese = (text) => /[\u3400-\u9fff]/.test(text);
// Names, addresses and what people wrote stay as they are; so does the way to the other language.
const PEOPLE = /刘敏|李静|王磊|陈雪|赵刚|孙立|周婷|陈志强|周慧敏|吴建平|郑丽|孙浩|赵国栋|黄婷|何伟|林秀英|马超|徐雯|高明|宋敏|邓洁|售后技术部|朝阳服务网点/;
const data = (e, text) => ["中文", "上门"].some((own) => text.replace(own, "").trim() !== text.trim() && !chinese(text.replaceAll(own, "")))
  || PEOPLE.test(text) || e.closest("[data-content], .customer, .person, .part, .ticket, .ticket-head__title, .timeline, .nameplate, .facts, td") !== null;
const scrolls = (e) => {
  for (let up = e.parentElement; up && up !== document.body; up = up.parentElement) {
    if (["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(up).overflowX)) return true;
  }
  return false;
};
// One pixel wide is for screen readers only.
const meantToClip = (e) => e.clientWidth <= 1 || e.closest("[class*=clamp], .sr, .cover, dialog:not([open])") !== null
  || getComputedStyle(e).textOverflow === "ellipsis";
const accessibleName = (e) => {
  const by = (e.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => words(document.getElementById(id))).join("");
  const labels = [...(e.labels ?? [])].map(words).join("");
  const own = ["INPUT", "SELECT", "TEXTAREA"].includes(e.tagName) ? "" : words(e);
  return (by || e.getAttribute("aria-label") || labels || own || e.getAttribute("title") || "").trim();
};
