// Covering the stage: with a reason, a sentence and one way to go on. And the sentence that the server sends.

import { find } from "./elements.js";

export class Cover {
  #go = () => {};
  kind = "";

  constructor() {
    find("cover-button").addEventListener("click", () => this.go());
  }

  /** Cover the stage. `kind` says why; the button (and Enter) does `go`. */
  show(kind, title, words, button = "", go = () => {}) {
    this.kind = kind;
    this.#go = go;
    find("cover-title").textContent = title;
    find("cover-words").textContent = words;
    find("cover-button").textContent = button;
    find("cover-button").hidden = !button;
    find("cover").hidden = false;
  }

  hide() {
    this.kind = "";
    find("cover").hidden = true;
  }

  go() {
    this.#go();
  }
}

let clearing = 0;

/** Say something above the picture. An error or a rule stays until the next act, a remark goes by itself. */
export function notice(words, { error = false, stay = error } = {}) {
  const line = find("notice");
  clearTimeout(clearing);
  line.textContent = words;
  line.hidden = !words;
  line.classList.toggle("error", error);
  if (words && !stay) clearing = setTimeout(() => notice(""), 5000);
}

/** Say something to a screen reader only. */
export function say(words) {
  find("said").textContent = words;
}
