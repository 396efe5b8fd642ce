// Drawing on the stage: the tiles of a sheet as slides on a calm ground, or one picture larger.

const MARGIN = 28;
const LARGEST_TILE = 264; // CSS pixels: a sheet is small on purpose
const FOOT = 36;

export class Stage {
  #canvas = document.getElementById("sheet");
  #last = null;

  constructor() {
    this.pen = this.#canvas.getContext("2d", { alpha: false });
    this.rectangles = [];
    new ResizeObserver(() => this.#again()).observe(this.#canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#again());
  }

  /** Draw a sheet; each tile's place on the stage is left in `rectangles`, in CSS pixels. */
  sheet(bitmap, sheet, words) {
    this.#last = () => this.sheet(bitmap, sheet, words);
    const { width, height } = this.#clear();
    const scale = Math.min(
      (width - 2 * MARGIN) / sheet.width,
      (height - MARGIN - FOOT) / sheet.height,
      LARGEST_TILE / sheet.tiles[0].cell[2],
    );
    const left = (width - sheet.width * scale) / 2;
    const top = (height - FOOT - sheet.height * scale) / 2 + 6;
    this.rectangles = sheet.tiles.map(({ cell }) => ({
      left: left + cell[0] * scale, top: top + cell[1] * scale, width: cell[2] * scale, height: cell[3] * scale,
    }));
    sheet.tiles.forEach((tile, n) => this.#slide(bitmap, tile, this.rectangles[n]));
    this.#canvas.setAttribute("aria-label", words);
  }

  /** Draw one picture as large as it was sent, or as the stage allows. */
  single(bitmap, words) {
    this.#last = () => this.single(bitmap, words);
    const { width, height } = this.#clear();
    const scale = Math.min((width - 2 * MARGIN) / bitmap.width, (height - MARGIN - FOOT) / bitmap.height, 1.25);
    const place = { width: bitmap.width * scale, height: bitmap.height * scale };
    place.left = (width - place.width) / 2;
    place.top = (height - FOOT - place.height) / 2 + 6;
    this.rectangles = [];
    this.#paint(bitmap, [0, 0, bitmap.width, bitmap.height], place);
    this.#canvas.setAttribute("aria-label", words);
  }

  empty(words = "No picture") {
    this.#last = () => this.empty(words);
    this.#clear();
    this.rectangles = [];
    this.#canvas.setAttribute("aria-label", words);
  }

  #slide(bitmap, tile, place) {
    if (tile.readable) {
      this.#paint(bitmap, tile.cell, place);
      return;
    }
    this.pen.save();
    this.#round(place);
    this.pen.strokeStyle = this.colours.line;
    this.pen.setLineDash([5, 5]);
    this.pen.stroke();
    this.pen.fillStyle = this.colours.soft;
    this.pen.font = "13px system-ui, sans-serif";
    this.pen.textAlign = "center";
    this.pen.fillText("nothing to show", place.left + place.width / 2, place.top + place.height / 2 + 4, place.width - 8);
    this.pen.restore();
  }

  #paint(bitmap, [x, y, width, height], place) {
    this.pen.save();
    this.#round(place);
    this.pen.clip();
    this.pen.imageSmoothingQuality = "medium";
    this.pen.drawImage(bitmap, x, y, width, height, place.left, place.top, place.width, place.height);
    this.pen.restore();
  }

  #round({ left, top, width, height }) {
    this.pen.beginPath();
    this.pen.roundRect(left, top, width, height, 6);
  }

  #clear() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const dense = Math.min(devicePixelRatio || 1, 2);
    if (this.#canvas.width !== Math.round(width * dense) || this.#canvas.height !== Math.round(height * dense)) {
      this.#canvas.width = Math.round(width * dense);
      this.#canvas.height = Math.round(height * dense);
    }
    const style = getComputedStyle(this.#canvas.parentElement);
    const token = (name) => style.getPropertyValue(name).trim();
    this.colours = { ground: token("--sunk"), line: token("--line-strong"), soft: token("--ink-soft") };
    this.pen.setTransform(dense, 0, 0, dense, 0, 0);
    this.pen.fillStyle = this.colours.ground;
    this.pen.fillRect(0, 0, width, height);
    return { width, height };
  }

  #again() {
    this.#last?.();
  }
}
