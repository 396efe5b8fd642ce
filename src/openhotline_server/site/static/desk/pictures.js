// Pictures, fetched once each and kept in memory for as long as their case is at hand. Never sharper than asked for:
// what is asked for is checked again by the server.

export class Pictures {
  #kept = new Map(); // key -> {bitmap} once it is here, {promise} before

  constructor(server) {
    this.server = server;
  }

  /** A contact sheet that is here already, or undefined. */
  peek(kase, view, level) {
    return this.#kept.get(keyOf(kase, view, level))?.bitmap;
  }

  /** A contact sheet or a single picture at a level. Asking twice sends once. */
  get(kase, view, level) {
    const key = keyOf(kase, view, level);
    const kept = this.#kept.get(key);
    if (kept) return kept.promise;
    const entry = { code: kase.code, bitmap: undefined, promise: undefined };
    entry.promise = this.server.picture(pathOf(kase, view, level)).then(
      (bitmap) => (entry.bitmap = bitmap),
      (error) => {
        this.#kept.delete(key);
        throw error;
      },
    );
    this.#kept.set(key, entry);
    return entry.promise;
  }

  /** Let go of all pictures but those of the given cases. */
  keepOnly(codes) {
    for (const [key, entry] of this.#kept) {
      if (codes.has(entry.code)) continue;
      this.#kept.delete(key);
      entry.promise.then((bitmap) => bitmap.close(), () => {});
    }
  }
}

/** A view is {page} for a contact sheet or {item} for one member. */
function pathOf(kase, view, level) {
  return view.item
    ? `cases/${kase.code}/single/${view.item}/${level}`
    : `cases/${kase.code}/sheet/${kase.edition}/${view.page}/${level}`;
}

function keyOf(kase, view, level) {
  return pathOf(kase, view, level);
}
