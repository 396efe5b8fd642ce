// The right-hand side: the question with its answers, and the legal results as they form.

import { find, make } from "./elements.js";

const OPEN_WORDS = {
  child: "child", age_band: "age", image_type: "kind of image", indecent: "indecency", severity: "severity",
  pornographic: "s. 62", focus_or_act: "s. 62", grossly_offensive: "s. 62", sex: "sex", ai: "AI dimension",
  second_opinion: "second opinion", discount_reason: "reason",
};

export class Panel {
  #options = [];
  #results = [];

  constructor(questions, act) {
    for (let n = 0; n < questions.most; n += 1) this.#options.push(this.#option(act));
    find("options").replaceChildren(...this.#options.map((option) => option.row));
    this.#results = questions.tree.jurisdictions.map((heading) => this.#result(heading));
    find("results").replaceChildren(...this.#results.map((result) => result.row));
  }

  /** Show where a walk stands; nothing at all without one. */
  show(walk) {
    const node = walk?.node;
    find("question").textContent = node?.question?.label ?? "";
    find("question").hidden = !node;
    this.#options.forEach((option, n) => {
      const given = node?.options[n];
      option.row.hidden = !given;
      if (!given) return;
      option.key.textContent = given.key;
      option.words.textContent = given.label;
      option.button.dataset.key = given.key;
    });
    const trail = (walk?.trail ?? []).map((words) => make("li", { textContent: brief(words) }));
    find("trail").replaceChildren(...trail);
    const results = walk ? walk.questions.results(walk.id) : [];
    this.#results.forEach((row, n) => this.#fill(row, walk?.begun ? results[n] : null, walk ? "Open" : ""));
    this.#paths(walk?.begun ? results : []);
  }

  get pathOpen() {
    return !find("path").hidden;
  }

  /** Show the way to each result in words, or the picture again. */
  togglePath(open = !this.pathOpen) {
    find("path").hidden = !open;
    document.querySelector('[data-act="path"]').setAttribute("aria-expanded", String(open));
    if (open) find("path").focus({ preventScroll: true });
    return open;
  }

  #option(act) {
    const key = make("kbd");
    const words = make("span");
    const button = make("button", { type: "button" }, key, words);
    button.addEventListener("click", () => act("answer", button.dataset.key));
    return { row: make("li", { hidden: true }, button), button, key, words };
  }

  #result(heading) {
    const title = make("b", { textContent: heading.title });
    const provision = make("span", { className: "provision" });
    const outcome = make("span", { className: "outcome" });
    const open = make("span", { className: "open" });
    const row = make("li", {}, make("p", {}, title, provision), make("p", {}, outcome, open));
    return { row, provision, outcome, open };
  }

  #fill({ provision, outcome, open }, result, blank) {
    provision.textContent = result?.outcome ? result.provision || result.path.at(-1) || "" : "";
    outcome.textContent = result ? outcomeOf(result) : blank;
    outcome.classList.toggle("firm", Boolean(result?.outcome));
    outcome.classList.toggle("discounted", result?.outcome === "discounted");
    open.textContent = result ? openWords(result) : "";
  }

  #paths(results) {
    const parts = results.map((result) =>
      make("div", {},
        make("h3", { textContent: result.heading.title }),
        make("p", { textContent: `Edition ${result.heading.edition}, ${result.heading.status}. ${result.heading.sign_off}` }),
        make("ol", {}, ...result.path.map((words) => make("li", { textContent: words }))),
        make("p", { className: "end", textContent: ending(result) }),
      ),
    );
    find("path").replaceChildren(...(parts.length ? parts : [make("p", { textContent: "Nothing is answered yet." })]));
  }
}

/** An answer as it stands in the trail, where the question is known from its place. */
const brief = (words) => words.replace(/^(?:Yes,|Category) /, "");

/** The outcome with its grade, short. */
export function outcomeOf(result) {
  if (!result.outcome) return "Open";
  return [result.outcome_label, result.grade].filter(Boolean).join(" · ");
}

function ending(result) {
  const hangs = openWords(result);
  const ended = [result.outcome ? outcomeOf(result) : "", result.provision, hangs].filter(Boolean);
  return ended.map((words) => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`).join(" ");
}

function openWords(result) {
  const names = [...new Set(result.open.map((code) => OPEN_WORDS[code] ?? code.replaceAll("_", " ")))];
  return names.length ? `open: ${names.join(", ")}` : "";
}
