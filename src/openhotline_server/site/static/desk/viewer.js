// What is on the stage: a sheet of the case before her or one picture larger, at the level that holds now.

import { notice } from "./cover.js";
import { count, find } from "./elements.js";
import { Refused } from "./server.js";

const AGAIN = 2000; // milliseconds before a picture that did not come is asked for again

export class Viewer {
  #kase;
  #drawn = null; // the case whose picture stands on the stage
  #began = null;
  #view = { page: 0 };

  constructor({ stage, pictures, levels, cover, exclusion }) {
    Object.assign(this, { stage, pictures, levels, cover, exclusion });
    this.lost = () => {};
  }

  /** Whether this case's picture stands uncovered on the stage: only then may it be answered. */
  seen(kase) {
    return this.#drawn === kase && !this.cover.kind;
  }

  /** Show a case from its first sheet, at the level at rest; nothing without one. */
  open(kase, began = null) {
    this.#kase = kase;
    this.#began = began;
    this.#view = { page: 0 };
    this.#press("larger", false);
    if (this.exclusion.active) this.exclusion.end();
    this.levels.let(false);
    this.draw();
  }

  get larger() {
    return Boolean(this.#view.item);
  }

  toggleLarger() {
    if (!this.#kase || this.exclusion.active) return;
    const tile = this.#kase.sheets[0].tiles[0];
    if (!this.larger && !tile.readable) return notice("There is nothing to show of the first picture.");
    this.#view = this.larger ? { page: 0 } : { item: tile.code };
    this.#press("larger", this.larger);
    this.draw();
  }

  turn(by) {
    const page = (this.#view.page ?? 0) + by;
    if (!this.#kase || this.larger || this.exclusion.active || page < 0 || page >= this.#kase.sheets.length) return;
    this.#view = { page };
    this.draw();
  }

  toggleExclusion(done) {
    if (this.exclusion.active) return this.exclusion.end();
    if (!this.#kase || !this.seen(this.#kase)) return undefined;
    if (this.#kase.members < 2) return notice("This case has one picture only.");
    if (this.larger) this.toggleLarger();
    const page = this.#view.page;
    const offset = this.#kase.sheets.slice(0, page).reduce((sum, sheet) => sum + sheet.tiles.length, 0);
    return this.exclusion.begin(this.#kase.sheets[page], this.stage.rectangles, offset, done);
  }

  /** Draw what is asked for now: at once if it is here, else when it comes and is still asked for. */
  async draw() {
    const kase = this.#kase;
    const view = this.#view;
    const level = this.levels.now;
    this.#pageWords();
    if (!kase) {
      return this.#clear();
    }
    let bitmap = this.pictures.peek(kase, view, level);
    if (!bitmap) {
      if (this.#drawn !== kase) this.#clear("The sheet is on its way");
      try {
        bitmap = await this.pictures.get(kase, view, level);
      } catch (error) {
        return this.#notCome(error, kase);
      }
      if (kase !== this.#kase || view !== this.#view || level !== this.levels.now) return undefined;
    }
    this.#put(bitmap, kase, view);
    return undefined;
  }

  #clear(words) {
    this.#drawn = null;
    find("sheet").dataset.case = "";
    this.stage.empty(words);
  }

  #put(bitmap, kase, view) {
    const level = this.levels.words[this.levels.now];
    if (view.item) this.stage.single(bitmap, `The first picture, larger; ${level}`);
    else this.stage.sheet(bitmap, kase.sheets[view.page], `Contact sheet, ${count(kase.members, "picture")}; ${level}`);
    if (this.exclusion.active) this.exclusion.place(this.stage.rectangles);
    if (this.cover.kind === "line") this.cover.hide();
    this.#drawn = kase;
    find("sheet").dataset.case = kase.code;
    if (this.#began !== null) this.#measure(this.#began);
    this.#began = null;
  }

  #notCome(error, kase) {
    if (kase !== this.#kase) return;
    if (error instanceof Refused) {
      this.levels.let(false);
      if (this.#drawn === kase && error.status === 403) notice(error.message, { error: true });
      this.lost(kase, error);
      return;
    }
    if (this.#drawn !== kase) this.cover.show("line", "One moment", `${error.message} The picture comes as soon as it can.`);
    setTimeout(() => kase === this.#kase && this.draw(), AGAIN);
  }

  /** From the key to the picture on the screen, for the tests and for whoever wonders. */
  #measure(began) {
    requestAnimationFrame(() => setTimeout(() => performance.measure("desk:next", { start: began, end: performance.now() })));
  }

  #press(act, on) {
    document.querySelector(`[data-act="${act}"]`).setAttribute("aria-pressed", String(on));
  }

  #pageWords() {
    const sheets = this.#kase?.sheets.length ?? 0;
    find("page").textContent = sheets > 1 && !this.larger ? `Sheet ${this.#view.page + 1} of ${sheets}, PgDn and PgUp` : this.larger ? "Larger; l or Esc goes back" : "";
  }
}
