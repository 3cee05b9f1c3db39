// Before the first paint: the theme, the text size and the language this person chose here.
try {
  const root = document.documentElement;
  const chosen = (name) => localStorage.getItem("doorstep." + name);
  if (chosen("theme")) root.dataset.theme = chosen("theme");
  if (chosen("size")) root.dataset.size = chosen("size");
  if (chosen("language")) root.lang = chosen("language");
} catch {
  // Storage is closed to us: the defaults are fine.
}
