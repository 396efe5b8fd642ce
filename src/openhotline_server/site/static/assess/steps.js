// One assessment as a row of questions with one key each: first the questions of fact, by the desk's own tree, then
// what is counted and noted about the address. It answers like a desk's Walk, so that the desk's panel can show it.

import { Walk } from "../desk/questions.js";

export class Steps {
  #beside = []; // answers given to the steps after the questions of fact: {step, words}

  /** `steps`: [{name, kind, label, options, suggested}]; `criminal(outcome)` says whether they are asked at all. */
  constructor(questions, steps, criminal) {
    this.questions = questions;
    this.walk = new Walk(questions);
    this.steps = steps;
    this.criminal = criminal;
  }

  get id() {
    return this.walk.id;
  }

  get begun() {
    return this.walk.begun;
  }

  get outcome() {
    return this.questions.results(this.id)[0].outcome;
  }

  /** The step after the questions of fact, or null while those are asked. */
  get step() {
    if (!this.walk.node.complete) return null;
    const asked = this.criminal(this.outcome) ? this.steps : this.steps.filter((step) => step.kind === "review");
    return asked[this.#beside.length];
  }

  get node() {
    const step = this.step;
    if (!step) return this.walk.node;
    return { question: { label: step.label }, options: step.options ?? [] };
  }

  get trail() {
    return [...this.walk.trail, ...this.#beside.map((each) => each.words)];
  }

  /** The question of fact that is asked now, by its code. */
  get asked() {
    return this.walk.node.question?.code;
  }

  /** Go on from a step with what was answered, in words. */
  done(words) {
    this.#beside.push({ words });
  }

  /** Answer a question of fact by its key; null if no option has it. */
  answer(key) {
    return this.walk.answer(key);
  }

  /** One step back; false at the first question. `taken` is the question of fact that is open again, if it is one. */
  back() {
    if (this.#beside.pop()) return { ok: true, taken: null };
    const ok = this.walk.back();
    return { ok, taken: ok ? this.asked : null };
  }
}
