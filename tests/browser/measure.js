// Measures what can be pressed and reached. Runs after eyes.js.
const CONTROLS = "button, a[href], input, select, textarea, summary, [role=button], [tabindex='0']";
const said = (e) => {
  const name = e.getAttribute("data-name") ?? e.id ?? "";
  const kind = e.getAttribute("class")?.split(" ")[0] ?? "";
  return `<${e.tagName.toLowerCase()}${kind ? ` .${kind}` : ""}${name ? ` ${name}` : ""}> “${accessibleName(e).slice(0, 30)}”`;
};
// Whether a press at this place reaches the control.
const hits = (e, x, y) => {
  const top = document.elementFromPoint(x, y);
  if (!top) return false;
  const label = top.closest("label");
  return e === top || e.contains(top) || (label !== null && (label.control === e || label === e.closest("label")));
};
// How far from the middle of the control a press still reaches it, in four directions.
const reach = (e) => {
  e.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  const box = e.getBoundingClientRect();
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  if (!hits(e, x, y)) return null;
  const far = (dx, dy) => {
    let n = 0;
    while (n < 60 && hits(e, x + dx * (n + 1), y + dy * (n + 1))) n += 1;
    return n;
  };
  const [left, right, up, down] = [far(-1, 0), far(1, 0), far(0, -1), far(0, 1)];
  return { width: left + right + 1, height: up + down + 1, x, y };
};
// A link in the middle of a sentence is as high as its line.
const inSentence = (e) => e.tagName === "A" && getComputedStyle(e).display === "inline"
  && [...e.parentElement.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
const near = (a, b, distance) => Math.hypot(a.x - b.x, a.y - b.y) < distance;

// Controls that a finger or a mouse would miss.
const small = (least) => {
  const found = [];
  const scrolled = [scrollX, scrollY];
  const sentences = [];
  for (const e of seenIn(front(), CONTROLS)) {
    // Hidden for the eye, reached by others; or passed over by everybody.
    if (e.closest("[inert], .sr") || e.tabIndex < 0 || getComputedStyle(e).pointerEvents === "none") continue;
    const area = reach(e);
    if (!area) continue;
    if (inSentence(e)) {
      if (sentences.some((other) => near(area, other, 24))) found.push(`two links within 24 px: ${said(e)}`);
      sentences.push(area);
      continue;
    }
    // Half a pixel is lost to rounding on either side.
    const [width, height] = [area.width + 1, area.height + 1];
    if (width < least || height < least) found.push(`${area.width} × ${area.height} px instead of ${least}: ${said(e)}`);
  }
  scrollTo(...scrolled);
  return [...new Set(found)];
};

// Nothing but the parts that are made for it scrolls sideways.
const sideways = () => {
  const root = document.documentElement;
  if (root.scrollWidth <= root.clientWidth) return [];
  const guilty = seen("body *").filter((e) => e.getBoundingClientRect().right > root.clientWidth + 1 && !scrolls(e));
  return [`the page is ${root.scrollWidth} wide on a screen of ${root.clientWidth}: ${guilty.slice(0, 4).map(said).join(", ")}`];
};

// The control that has the keyboard now, and what is wrong with how it shows it.
const focused = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(look()))));
const look = () => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const marks = [e, ...(e.closest("label")?.querySelectorAll("*") ?? []), e.parentElement, e.closest("label")].filter(Boolean);
  // A link may lay its mark over the whole card.
  const drawn = [...marks.map((mark) => getComputedStyle(mark)), getComputedStyle(e, "::after"), getComputedStyle(e, "::before")];
  const visible = drawn.some((style) => {
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow.includes("inset");
  });
  const box = e.getBoundingClientRect();
  const inside = (value, most) => Math.min(Math.max(value, 0), most - 1);
  // Covered is what shows nothing of itself: a browser leaves a control alone of which it sees a corner.
  const parts = [0.5, 0.03, 0.97];
  const places = parts.flatMap((x) => parts.map((y) => [inside(box.left + box.width * x, innerWidth), inside(box.top + box.height * y, innerHeight)]));
  const covered = box.height > 0 && !places.some(([x, y]) => hits(e, x, y));
  const wrong = [];
  if (!visible) wrong.push(`the focus cannot be seen: ${said(e)}`);
  if (covered) wrong.push(`the focus is covered by ${said(document.elementFromPoint(...places[0]) ?? document.body)}: ${said(e)}`);
  if (e.tabIndex > 0) wrong.push(`has an order of its own: ${said(e)}`);
  window.walkOfTheKeyboard ??= new Set();
  const again = window.walkOfTheKeyboard.has(e);
  window.walkOfTheKeyboard.add(e);
  // Across one column the keyboard goes down, never up; bars that stay in place do not count.
  const fixed = (node) => { for (let n = node; n; n = n.parentElement) if (["fixed", "sticky"].includes(getComputedStyle(n).position)) return true; return false; };
  const before = window.lastOfTheKeyboard;
  const top = box.top + scrollY;
  if (!again && before?.element.isConnected && !fixed(e) && !fixed(before.element) && e.parentElement === before.element.parentElement) {
    const overlaps = box.left < before.right && before.left < box.right;
    if (overlaps && top + box.height <= before.top + 1) wrong.push(`the keyboard goes up from ${said(before.element)} to ${said(e)}`);
  }
  window.lastOfTheKeyboard = { element: e, top, left: box.left, right: box.right };
  return { again, wrong };
};

// What holds within a hundred frames; else what is said.
const frame = () => new Promise(requestAnimationFrame);
const within = (holds, otherwise) => new Promise((resolve) => {
  let frames = 0;
  const look = () => {
    if (holds()) resolve(null);
    else if ((frames += 1) > 100) resolve(otherwise());
    else requestAnimationFrame(look);
  };
  look();
});
// The keyboard begins on the first thing to fill in or to press; under fingers never in a field.
const begins = (touch) => {
  const begun = () => {
    const [dialog, active] = [front(), document.activeElement];
    if (dialog === document || active === dialog || !dialog.contains(active)) return false;
    if (touch) return !active.matches("input, select, textarea");
    const off = (e) => e.disabled || e.readOnly || e.getAttribute("aria-disabled") === "true" || e.closest("dialog header");
    const wanted = seenIn(dialog, "input, select, textarea, button, a[href]").find((e) => !off(e));
    const group = (e) => e?.closest("[role=radiogroup]") ?? e;
    return wanted ? group(wanted) === group(active) : active.matches("h2");
  };
  // What takes the focus by itself may lose it in the next frame.
  return frame().then(frame).then(() => within(begun, () => `the keyboard begins at ${said(document.activeElement)}`));
};
// What a dialog says before it asks is read out with its title.
const unsaid = () => {
  const message = seenIn(front(), ".dialog__message")[0];
  return message && front().getAttribute("aria-describedby") !== message.id ? ["its message is not its description"] : [];
};
// Whoever closes the dialog is where they were.
const ledBack = () => within(() => document.activeElement === window.dialogOpener, () => `the focus is lost to ${said(document.activeElement)}`);
