// The questions of fact: a tree that the server worked out beforehand, and one reader's way through it.

export class Questions {
  constructor(tree) {
    this.tree = tree;
    this.most = Math.max(...Object.values(tree.nodes).map((node) => node.options.length));
  }

  node(id) {
    return this.tree.nodes[id];
  }

  /** The results at a node, one for each jurisdiction, with the jurisdiction's heading. */
  results(id) {
    return this.node(id).results.map((place, n) => ({ heading: this.tree.jurisdictions[n], ...this.tree.results[place] }));
  }
}

export class Walk {
  #steps = []; // {from, option}

  constructor(questions) {
    this.questions = questions;
  }

  get id() {
    return this.#steps.length ? this.#steps.at(-1).option.next : this.questions.tree.root;
  }

  get node() {
    return this.questions.node(this.id);
  }

  get begun() {
    return this.#steps.length > 0;
  }

  /** The answers given so far, as words. */
  get trail() {
    return this.#steps.map((step) => step.option.label);
  }

  /** Answer the question that is asked now; null if no option has this key. */
  answer(key) {
    const option = this.node.options.find((each) => each.key === key);
    if (!option) return null;
    this.#steps.push({ from: this.id, option });
    return option;
  }

  /** Take the last answer back; false at the first question. */
  back() {
    return this.#steps.pop() !== undefined;
  }
}
