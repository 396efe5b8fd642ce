// The limits of her day: when nothing may be shown, why, and when it goes on. The server decides; this only says so.

import { showDay } from "./beside.js";
import { count } from "./elements.js";

const ASK = 30; // seconds between two questions whether it goes on

export class Day {
  standing = null;

  /** `go()` is called when she wants to go on after a pause. */
  constructor(server, cover, go) {
    Object.assign(this, { server, cover, go });
  }

  /** Take what the server says of her day; false while nothing may be shown. */
  take(standing) {
    this.standing = standing;
    showDay(standing);
    return standing.open;
  }

  /** Ask where she stands; what was known before, if there is no answer. */
  async ask() {
    const answer = await this.server.get("standing").catch(() => ({ standing: this.standing }));
    return this.take(answer.standing);
  }

  /** Cover everything and say when it goes on; ask again now and then until it does. */
  pause() {
    const { words, goes_on_in: seconds, goes_on_at: at } = this.standing;
    const today = at !== "00:00";
    const when = today ? ` It goes on at ${at}, in ${count(Math.ceil(seconds / 60), "minute")}.` : "";
    this.cover.show("pause", today ? "A break" : "That was today", words + when);
    setTimeout(() => this.#again(), Math.min(seconds + 1, ASK) * 1000);
  }

  /** A break of her own choice. */
  rest() {
    const minutes = this.standing?.break_minutes ?? 10;
    const words = `Nothing is shown, and your cases went back to the others. It counts as a break once it has lasted ${minutes} minutes.`;
    this.cover.show("rest", "Your break", words, "Go on", this.go);
  }

  async #again() {
    if (this.cover.kind !== "pause") return;
    if (await this.ask()) this.cover.show("over", "It can go on", "Whenever you are ready.", "Go on", this.go);
    else this.pause();
  }
}
