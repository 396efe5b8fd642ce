// Keys into acts. Single keys work while the desk has the focus, and can be switched off (WCAG 2.2, 2.1.4).

import { dialogOpen } from "./dialogs.js";
import { find } from "./elements.js";

const ACTS = {
  u: "undo", s: "second", x: "exclude", k: "skip", l: "larger", h: "cover", o: "original", b: "rest", p: "path", "?": "help",
  "+": "more", "=": "more", "-": "less", _: "less", ".": "further", ",": "nearer", v: "reveal",
  PageDown: "next page", PageUp: "page before", Escape: "leave", Enter: "go", " ": "go",
};
const WITHOUT_KEYS = new Set(["leave", "go"]);
const KEPT = "openhotline.desk.keys";

/** `act(name, key, at)` for every key that means something in `acts`; `modal(key)` may take a key before. */
export function listen(act, modal, letGo, acts = ACTS) {
  const main = find("main");
  const on = find("keys-on");
  on.checked = sessionStorage.getItem(KEPT) !== "off";
  on.addEventListener("change", () => sessionStorage.setItem(KEPT, on.checked ? "on" : "off"));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented || dialogOpen()) return;
    const focused = document.activeElement;
    if (focused !== document.body && !main.contains(focused)) return;
    if (focused.matches("input, textarea, select")) return; // she is writing
    const key = meant(event);
    const name = /^[0-9]$/.test(key) ? "answer" : acts[key];
    const onButton = focused instanceof HTMLButtonElement && name === "go";
    if (onButton || (!on.checked && !WITHOUT_KEYS.has(name))) return;
    if (modal(key, event)) return event.preventDefault();
    if (!name) return;
    if (name !== "go") event.preventDefault();
    if (!event.repeat) act(name, key, event.timeStamp);
  });
  document.addEventListener("keyup", (event) => event.key.toLowerCase() === "v" && letGo());
  addEventListener("blur", letGo);
  document.addEventListener("visibilitychange", letGo);
}

/** The key that was meant: digits by their place (some keyboards need Shift for them), letters whatever Caps Lock says. */
function meant(event) {
  const digit = /^(?:Digit|Numpad)([0-9])$/.exec(event.code);
  if (digit && !event.shiftKey && !(event.key in ACTS)) return digit[1];
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}
