// The cases in her hand: the one before her, then the prepared ones. The server's word is merged with what is on its way.

import { Walk } from "./questions.js";

export class Hand {
  ready = [];
  #away = new Set(); // codes of cases whose answer is on its way

  constructor(questions) {
    this.questions = questions;
  }

  get first() {
    return this.ready[0];
  }

  get codes() {
    return this.ready.map((kase) => kase.code);
  }

  /** Put the first case away; it is not taken up again before `arrived` says that the server knows. */
  leave() {
    const kase = this.ready.shift();
    this.#away.add(kase.code);
    return kase;
  }

  arrived(kase) {
    this.#away.delete(kase.code);
  }

  /** Whether a case is in her hand, or was answered and its answer is on its way. */
  knows(kase) {
    return this.ready.includes(kase) || this.#away.has(kase.code);
  }

  /** Take a case up again, before all others. */
  restore(kase) {
    this.#away.delete(kase.code);
    this.ready = [kase, ...this.ready.filter((each) => each.code !== kase.code)];
  }

  drop(kase) {
    this.ready = this.ready.filter((each) => each !== kase);
  }

  clear() {
    this.ready = [];
  }

  /** Merge what the server handed out; true if the case before her is another one, or no longer what it was. */
  merge(cases) {
    const before = this.first;
    let changed = !before;
    for (const kase of cases) {
      if (this.#away.has(kase.code)) continue;
      const here = this.ready.find((each) => each.code === kase.code);
      if (!here) this.ready.push(this.seat(kase));
      else if (here.edition !== kase.edition) changed = Object.assign(here, kase) === before || changed;
    }
    return changed;
  }

  /** A case with a fresh walk through its questions. */
  seat(kase) {
    return { ...kase, walk: new Walk(this.questions) };
  }
}
