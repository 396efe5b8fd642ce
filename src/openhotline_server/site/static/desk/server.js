// Calls to the server. Two kinds of failure, told apart once and for all: Refused (sending it again changes nothing)
// and Unreachable (it may work later).

const PATIENCE = 20_000; // milliseconds for one call

export class Refused extends Error {
  constructor(sentence, status) {
    super(sentence);
    this.status = status;
  }
}

export class Unreachable extends Error {}

export class Server {
  constructor(base, token) {
    this.base = base;
    this.token = token;
  }

  /** Fetch a picture as it is sent; it is kept in memory only. */
  async picture(path, body) {
    const response = body ? await this.#post(path, body) : await this.#send(path, {});
    return createImageBitmap(await response.blob());
  }

  async post(path, body = {}) {
    return (await this.#post(path, body)).json();
  }

  async get(path) {
    return (await this.#send(path, {})).json();
  }

  async #post(path, body) {
    try {
      return await this.#send(path, this.#json(body));
    } catch (error) {
      if (!(error instanceof StaleToken)) throw error;
      // She signed in again in another window: the site gave out a new token.
      this.token = (await this.get("standing")).token;
      return this.#send(path, this.#json(body));
    }
  }

  #json(body) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.token };
    return { method: "POST", headers, body: JSON.stringify(body) };
  }

  async #send(path, options) {
    let response;
    try {
      const signal = AbortSignal.timeout(PATIENCE);
      response = await fetch(this.base + path, { ...options, signal, redirect: "manual", credentials: "same-origin" });
    } catch {
      throw new Unreachable("There is no connection to the site.");
    }
    if (response.ok) return response;
    if (response.type === "opaqueredirect") {
      throw new Unreachable("You are signed out. Sign in again in another window; your answers wait here.");
    }
    if (response.status >= 500 || response.status === 429) {
      throw new Unreachable((await sentenceOf(response)) || "The site cannot answer just now.");
    }
    const sentence = await sentenceOf(response);
    if (response.status === 403 && !sentence) throw new StaleToken("You may not do this here.", 403);
    throw new Refused(sentence || "The site did not take this. Load the desk anew.", response.status);
  }
}

class StaleToken extends Refused {}

async function sentenceOf(response) {
  try {
    return (await response.json()).error ?? "";
  } catch {
    return "";
  }
}

/** A random UUID; crypto.randomUUID exists in secure contexts only, and a demonstration may run without HTTPS. */
export function newCode() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
