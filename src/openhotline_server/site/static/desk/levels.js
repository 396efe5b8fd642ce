// How much is shown: the level that she always begins with, and the one she may reach while she holds the key.

import { find } from "./elements.js";

const STEP = 320; // milliseconds between two steps while the key is held

export class Levels {
  #timer = 0;

  /** `changed()` is called whenever another level is to be shown. */
  constructor(words, changed) {
    this.words = words;
    this.changed = changed;
    this.rest = 0;
    this.reveal = 0;
    this.now = 0;
  }

  set(rest, reveal) {
    this.rest = rest;
    this.reveal = reveal;
    this.let(false);
  }

  get most() {
    return this.words.length - 1;
  }

  get held() {
    return this.#timer !== 0;
  }

  /** Begin to reveal, one step at once and one after every pause, down to her own level. */
  hold() {
    if (this.held) return;
    this.#timer = setInterval(() => this.#step(), STEP);
    this.#step();
  }

  /** Let go: back to the level at rest. */
  let(tell = true) {
    clearInterval(this.#timer);
    this.#timer = 0;
    const moved = this.now !== this.rest;
    this.now = this.rest;
    this.draw();
    if (moved && tell) this.changed();
  }

  #step() {
    if (this.now >= this.reveal) return;
    this.now += 1;
    this.draw();
    this.changed();
  }

  draw() {
    [...find("level-steps").children].forEach((step, n) => {
      step.className = n <= this.now ? "shown" : n <= this.reveal ? "open" : "";
    });
    const further = this.reveal > this.rest ? `; hold v for ${this.words[this.reveal]}` : "";
    find("level-words").textContent = this.words[this.now] + (this.held ? "" : further);
  }
}
