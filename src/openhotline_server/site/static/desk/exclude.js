// Taking members out: numbers or arrows choose, space marks, Enter takes out, Escape leaves.

import { count, find, make } from "./elements.js";
import { notice, say } from "./cover.js";

const RULES = "Mark what does not belong, by number or with arrows and space. Enter takes it out, Esc leaves.";

export class Exclusion {
  #marked = new Set();
  #typed = "";
  #tiles = [];
  here = 1;
  active = false;

  /** `done(codes)` is called with what was marked; `offset` numbers the tiles of later sheets on. */
  begin(sheet, rectangles, offset, done) {
    Object.assign(this, { sheet, offset, done, active: true, here: Math.min(1, sheet.tiles.length - 1) });
    this.#marked.clear();
    this.#typed = "";
    this.#tiles = sheet.tiles.map((tile, n) => this.#tile(n));
    find("tiles").replaceChildren(...this.#tiles);
    this.place(rectangles);
    find("tiles").hidden = false;
    find("tiles").focus({ preventScroll: true });
    notice(RULES, { stay: true });
    this.#draw();
  }

  place(rectangles) {
    this.#tiles.forEach((tile, n) => {
      const { left, top, width, height } = rectangles[n] ?? { left: 0, top: 0, width: 0, height: 0 };
      Object.assign(tile.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    });
    const tops = rectangles.map((each) => each.top);
    this.across = Math.max(tops.filter((top) => top === tops[0]).length, 1);
  }

  end() {
    this.active = false;
    find("tiles").hidden = true;
    find("tiles").replaceChildren();
    notice("");
  }

  /** Handle a key; true if it was one of this mode's. */
  key(key) {
    const moves = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: this.across, ArrowUp: -this.across };
    if (key in moves) this.#go(this.here + moves[key]);
    else if (key === "Home" || key === "End") this.#go(key === "Home" ? 0 : this.sheet.tiles.length - 1);
    else if (key === " ") this.#toggle(this.here);
    else if (key === "Enter") this.#finish();
    else if (key === "Escape" || key === "x") this.end();
    else if (/^[0-9]$/.test(key)) this.#type(key);
    else return false;
    return true;
  }

  #finish() {
    const codes = [...this.#marked].map((n) => this.sheet.tiles[n].code);
    this.end();
    if (codes.length) this.done(codes);
  }

  /** Numbers of two digits are typed one after the other; a digit that can only be meant alone counts at once. */
  #type(digit) {
    const typed = Number(this.#typed + digit);
    const last = this.offset + this.sheet.tiles.length;
    if (typed < 1 || typed > last) {
      this.#typed = "";
      return;
    }
    const longer = typed * 10 <= last;
    this.#typed = longer ? String(typed) : "";
    this.#go(typed - 1 - this.offset);
    clearTimeout(this.typing);
    if (longer) this.typing = setTimeout(() => this.#settle(typed), 700);
    else this.#toggle(typed - 1 - this.offset);
  }

  #settle(typed) {
    this.#typed = "";
    if (this.active) this.#toggle(typed - 1 - this.offset);
  }

  #go(n) {
    if (n < 0 || n >= this.sheet.tiles.length) return;
    this.here = n;
    this.#draw();
  }

  #toggle(n) {
    if (n < 0 || n >= this.#tiles.length) return;
    this.here = n;
    if (n + this.offset === 0) say("The first picture stays: the others are here because they are like it.");
    else if (!this.#marked.delete(n)) this.#marked.add(n);
    if (this.#marked.size) say(`${count(this.#marked.size, "picture")} marked.`);
    this.#draw();
  }

  #tile(n) {
    const number = n + this.offset + 1;
    const tile = make("div", { className: "tile", id: `tile-${n}`, role: "option" }, make("b", { textContent: number }));
    tile.setAttribute("aria-label", number === 1 ? "Picture 1, stays" : `Picture ${number}`);
    tile.setAttribute("aria-disabled", String(number === 1));
    tile.addEventListener("click", () => this.#toggle(n));
    return tile;
  }

  #draw() {
    this.#tiles.forEach((tile, n) => {
      tile.classList.toggle("here", n === this.here);
      tile.setAttribute("aria-selected", String(this.#marked.has(n)));
    });
    find("tiles").setAttribute("aria-activedescendant", `tile-${this.here}`);
  }
}
