// One reader at work: which case is before her, which are prepared, what she did and can take back.
//
// The next case is on the screen before the server has heard of the last answer; answers travel behind her back, in
// order, until the server has taken them. What the server refuses comes back to her with its sentence.

import { showCase } from "./beside.js";
import { notice, say } from "./cover.js";
import { Day } from "./day.js";
import { count } from "./elements.js";
import { outcomeOf } from "./panel.js";
import { Walk } from "./questions.js";
import { newCode } from "./server.js";

const CHANGED = 409; // the group is no longer the one that was handed out
const REMEMBERED = 5; // cases whose pictures stay at hand for an undo

export class Grading {
  ready = []; // the case before her, then the prepared ones
  lastVote = null;
  #history = []; // {kase, vote, job}, the last one last
  #pending = new Set(); // codes of cases whose answer is on its way
  #losses = new Map(); // how often a case's picture was refused
  #began = null; // when the key went down that asked for the next case
  #closed = false; // resting or outside her limits: nothing is shown

  constructor({ server, questions, outbox, pictures, panel, viewer, cover, levels }) {
    Object.assign(this, { server, questions, outbox, pictures, panel, viewer, cover, levels });
    this.day = new Day(server, cover, () => this.more());
  }

  get current() {
    return this.#closed ? undefined : this.ready[0];
  }

  /** Ask for the next cases. It waits its turn behind the answers that are on their way. */
  more() {
    this.#closed = false;
    this.outbox.add({
      send: () => this.server.post("next"),
      done: (answer) => {
        this.levels.set(answer.levels.rest, answer.levels.reveal);
        this.#take(answer);
      },
      refused: (error) => this.cover.show("refused", "Not now", error.message, "Try again", () => this.more()),
    });
  }

  /** Answer the question before her; `began` is when the key went down. */
  answer(key, began) {
    const kase = this.current;
    if (!kase || !this.viewer.seen(kase)) return;
    const option = kase.walk.answer(key);
    if (!option) return;
    notice("");
    if (kase.walk.node.complete) this.#commit(false, began);
    else {
      this.panel.show(kase.walk);
      say(`${option.label}. ${this.#resultWords(kase)} ${kase.walk.node.question.label}`);
    }
  }

  /** Send the case on to a second reader, with what is answered so far. */
  second(began) {
    if (this.current && this.viewer.seen(this.current)) this.#commit(true, began);
  }

  /** Take back the last answer: in this case, or else the case before with its last answer. */
  undo() {
    if (this.#closed) return;
    notice("");
    if (this.current?.walk.back()) {
      this.panel.show(this.current.walk);
      say(`Taken back. ${this.current.walk.node.question.label}`);
      return;
    }
    const last = this.#history.pop();
    if (last) this.#takeBack(last);
    else if (this.lastVote) this.#takeBackFromBefore(this.lastVote);
    else notice("There is nothing to take back.");
  }

  skip(reason) {
    const kase = this.#leave();
    this.outbox.add({
      send: () => this.server.post(`cases/${kase.code}/skip`, { reason }),
      done: (answer) => this.#arrived(kase, answer),
      refused: (error) => (this.#pending.delete(kase.code), notice(error.message, { error: true }), this.more()),
    });
    notice("Skipped. Somebody else may take it.");
  }

  exclude(codes) {
    const kase = this.current;
    this.outbox.add({
      send: () => this.server.post(`cases/${kase.code}/exclude`, { tiles: codes }),
      done: (answer) => {
        this.#take(answer);
        notice(`${count(codes.length, "picture")} taken out; each is a case of its own now.`);
      },
      refused: (error) => notice(error.message, { error: true }),
    });
  }

  rest() {
    this.#close();
    this.day.rest();
    this.outbox.add({
      send: () => this.server.post("rest"),
      done: (answer) => this.day.take(answer.standing),
      refused: (error) => notice(error.message, { error: true }),
    });
  }

  /** A picture did not come: the server refused it, so the case is no longer what it was. */
  async lost(kase, error) {
    if (!(await this.day.ask())) return this.#pause();
    const times = (this.#losses.get(kase.code) ?? 0) + 1;
    this.#losses.set(kase.code, times);
    if (times > 2) {
      const aside = () => (this.cover.hide(), this.skip("The picture is not shown as it should be."));
      return this.cover.show("lost", "This case cannot be shown", error.message, "Put it aside", aside);
    }
    if (error.status !== CHANGED) this.ready = this.ready.filter((each) => each !== kase);
    this.more();
    return notice(error.message, { error: true });
  }

  #commit(askSecond, began) {
    const facts = this.current.walk.node.facts;
    const words = this.#resultWords(this.current);
    const entry = { kase: this.current, vote: newCode() };
    this.#history.push(entry);
    const kase = this.#leave(began);
    const body = { vote: entry.vote, facts, ask_second: askSecond };
    entry.job = this.outbox.add({
      send: () => this.server.post(`cases/${kase.code}/vote`, body),
      done: (answer) => this.#arrived(kase, answer),
      refused: (error) => this.#bringBack(entry, error),
    });
    say(`${askSecond ? "Sent to a second reader." : words} Next: ${this.current?.walk.node.question.label ?? "nothing waits."}`);
  }

  /** Put the case before her away and show the next one. */
  #leave(began) {
    const kase = this.ready.shift();
    this.#pending.add(kase.code);
    this.#show(began);
    return kase;
  }

  #arrived(kase, answer) {
    this.#pending.delete(kase.code);
    this.#take(answer);
  }

  #bringBack(entry, error) {
    this.#pending.delete(entry.kase.code);
    this.#history = this.#history.filter((each) => each !== entry);
    if (entry.kase.walk.node.complete) entry.kase.walk.back();
    this.#restore(entry.kase);
    notice(error.message, { error: true });
  }

  #takeBack({ kase, vote, job }) {
    if (kase.walk.node.complete) kase.walk.back();
    this.#pending.delete(kase.code);
    const unsent = this.outbox.remove(job);
    const atHand = unsent || this.pictures.peek(kase, { page: 0 }, this.levels.rest);
    if (atHand) this.#restore(kase);
    else notice("Taking back that answer.");
    if (!unsent) this.#sendUndo(vote, kase);
  }

  /** The vote was cast before this page was loaded: the server knows the case, we do not. */
  #takeBackFromBefore(vote) {
    this.lastVote = null;
    notice("Taking back your last answer.");
    this.#sendUndo(vote, null);
  }

  #sendUndo(vote, kase) {
    this.outbox.add({
      send: () => this.server.post("undo", { vote }),
      done: (answer) => {
        const back = kase ? Object.assign(kase, answer.back) : this.#seated(answer.back);
        if (!this.ready.includes(back)) this.#restore(back);
        this.#take(answer);
      },
      refused: (error) => {
        this.ready = this.ready.filter((each) => each !== kase);
        this.#show();
        notice(error.message, { error: true });
      },
    });
  }

  #restore(kase) {
    this.ready = [kase, ...this.ready.filter((each) => each.code !== kase.code)];
    this.#show();
    say(`The case before is back. ${kase.walk.node.question.label}`);
  }

  #seated(kase) {
    return { ...kase, walk: new Walk(this.questions) };
  }

  /** Take what the server handed out: new cases behind those at hand, changed ones in their place. */
  #take(answer) {
    this.lastVote = answer.last_vote;
    const open = this.day.take(answer.standing);
    if (this.#closed) return undefined;
    if (!open) return this.#pause();
    const before = this.ready[0];
    let changed = false;
    for (const kase of answer.cases.filter((each) => !this.#pending.has(each.code))) {
      const here = this.ready.find((each) => each.code === kase.code);
      if (!here) this.ready.push(this.#seated(kase));
      else if (here.edition !== kase.edition) changed = Object.assign(here, kase) === before || changed;
    }
    if (!before || changed) this.#show();
    this.#prepare();
    return undefined;
  }

  #show(began = this.#began) {
    if (this.#closed) return;
    const kase = this.ready[0];
    this.#began = kase ? null : began;
    this.panel.togglePath(false);
    this.panel.show(kase?.walk);
    showCase(kase);
    if (kase) this.cover.hide();
    this.viewer.open(kase, began);
    if (!kase && !this.outbox.waiting) {
      this.cover.show("empty", "Nothing waits for you", "New cases appear here when they have been imported, or when they need another reading.", "Look again", () => this.more());
    }
    this.#prepare();
  }

  /** Fetch the sheets of the cases to come, and let go of those that nobody can come back to. */
  #prepare() {
    const recent = this.#history.slice(-REMEMBERED).map((entry) => entry.kase.code);
    this.pictures.keepOnly(new Set([...this.ready.map((kase) => kase.code), ...recent]));
    for (const kase of this.ready) this.pictures.get(kase, { page: 0 }, this.levels.rest).catch(() => {});
  }

  #pause() {
    this.#close();
    this.day.pause();
  }

  #close() {
    this.#closed = true;
    this.ready = [];
    this.#history = [];
    this.panel.togglePath(false);
    this.panel.show(null);
    showCase(null);
    this.viewer.open(undefined);
    this.pictures.keepOnly(new Set());
  }

  #resultWords(kase) {
    const first = this.questions.results(kase.walk.id)[0];
    return `${first.heading.title}: ${outcomeOf(first)}.`;
  }
}
