// One reader at work: what she does, what becomes of it, and what she can take back.
//
// The next case is on the screen before the server has heard of the last answer; answers travel behind her back, in
// order, until the server has taken them. What the server refuses comes back to her with its sentence.

import { showCase } from "./beside.js";
import { notice, say } from "./cover.js";
import { Day } from "./day.js";
import { count } from "./elements.js";
import { Hand } from "./hand.js";
import { outcomeOf } from "./panel.js";
import { newCode } from "./server.js";

const CHANGED = 409; // the group is no longer the one that was handed out
const REMEMBERED = 5; // cases whose pictures stay at hand for an undo
const NOT_SHOWN = "The picture is not shown as it should be.";

export class Grading {
  #history = []; // {kase, vote, job}, the last one last
  #lastVote = null; // what the server says could be taken back
  #losses = new Map(); // how often a case's picture was refused
  #began = null; // when the key went down that asked for the next case
  #closed = false; // resting or outside her limits: nothing is shown

  constructor({ server, questions, outbox, pictures, panel, viewer, cover, levels }) {
    Object.assign(this, { server, questions, outbox, pictures, panel, viewer, cover, levels });
    this.hand = new Hand(questions);
    this.day = new Day(server, cover, () => this.more());
  }

  get current() {
    return this.#closed ? undefined : this.hand.first;
  }

  /** Ask for the next cases. It waits its turn behind the answers that are on their way. */
  more() {
    this.#closed = false;
    const refused = (error) => this.cover.show("refused", "Not now", error.message, "Try again", () => this.more());
    this.#send("next", {}, (answer) => {
      this.levels.set(answer.levels.rest, answer.levels.reveal);
      this.#take(answer);
    }, refused);
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
    else if (this.#lastVote) this.#sendUndo(this.#lastVote, null);
    else notice("There is nothing to take back.");
  }

  skip(reason) {
    const kase = this.#leave();
    this.#send(`cases/${kase.code}/skip`, { reason }, (answer) => this.#arrived(kase, answer), (error) => {
      this.hand.arrived(kase);
      notice(error.message, { error: true });
      this.more();
    });
    notice("Skipped. Somebody else may take it.");
  }

  exclude(codes) {
    this.#send(`cases/${this.current.code}/exclude`, { tiles: codes }, (answer) => {
      this.#take(answer);
      notice(`${count(codes.length, "picture")} taken out; each is a case of its own now.`);
    });
  }

  rest() {
    this.#close();
    this.day.rest();
    this.#send("rest", {}, (answer) => this.day.take(answer.standing));
  }

  /** A picture did not come: the server refused it, so the case is no longer what it was. */
  async lost(kase, error) {
    if (!(await this.day.ask())) return this.#pause();
    const times = (this.#losses.get(kase.code) ?? 0) + 1;
    this.#losses.set(kase.code, times);
    if (times > 2) {
      const aside = () => (this.cover.hide(), this.skip(NOT_SHOWN));
      return this.cover.show("lost", "This case cannot be shown", error.message, "Put it aside", aside);
    }
    if (error.status !== CHANGED) this.hand.drop(kase);
    this.more();
    return notice(error.message, { error: true });
  }

  #send(path, body, done, refused = (error) => notice(error.message, { error: true })) {
    return this.outbox.add({ send: () => this.server.post(path, body), done, refused });
  }

  #commit(askSecond, began) {
    const body = { vote: newCode(), facts: this.current.walk.node.facts, ask_second: askSecond };
    const words = askSecond ? "Sent to a second reader." : this.#resultWords(this.current);
    const entry = { kase: this.current, vote: body.vote };
    this.#history.push(entry);
    const kase = this.#leave(began);
    entry.job = this.#send(
      `cases/${kase.code}/vote`, body, (answer) => this.#arrived(kase, answer), (error) => this.#bringBack(entry, error),
    );
    say(`${words} Next: ${this.current?.walk.node.question.label ?? "nothing waits."}`);
  }

  /** Put the case before her away and show the next one. */
  #leave(began) {
    const kase = this.hand.leave();
    this.#show(began);
    return kase;
  }

  #arrived(kase, answer) {
    this.hand.arrived(kase);
    this.#take(answer);
  }

  #bringBack(entry, error) {
    this.#history = this.#history.filter((each) => each !== entry);
    if (entry.kase.walk.node.complete) entry.kase.walk.back();
    this.#restore(entry.kase);
    notice(error.message, { error: true });
  }

  #takeBack({ kase, vote, job }) {
    if (kase.walk.node.complete) kase.walk.back();
    const unsent = this.outbox.remove(job);
    if (unsent || this.pictures.peek(kase, { page: 0 }, this.levels.rest)) this.#restore(kase);
    if (!unsent) this.#sendUndo(vote, kase);
  }

  /** Without a case, or without its picture at hand, it comes back once the server has given it back. */
  #sendUndo(vote, kase) {
    this.#lastVote = null;
    if (this.current !== kase) notice("Taking back your last answer.");
    const done = (answer) => {
      const back = kase ? Object.assign(kase, answer.back) : this.hand.seat(answer.back);
      if (!this.hand.knows(back)) this.#restore(back);
      this.#take(answer);
    };
    this.#send("undo", { vote }, done, (error) => {
      this.hand.drop(kase);
      this.#show();
      notice(error.message, { error: true });
    });
  }

  #restore(kase) {
    this.hand.restore(kase);
    this.#show();
    notice("");
    say(`The case before is back. ${kase.walk.node.question.label}`);
  }

  /** Take what the server handed out, and what it says of her day. */
  #take(answer) {
    this.#lastVote = answer.last_vote;
    const open = this.day.take(answer.standing);
    if (this.#closed) return undefined;
    if (!open) return this.#pause();
    if (this.hand.merge(answer.cases)) this.#show();
    return this.#prepare();
  }

  #show(began = this.#began) {
    if (this.#closed) return;
    const kase = this.hand.first;
    this.#began = kase ? null : began;
    this.panel.togglePath(false);
    this.panel.show(kase?.walk);
    showCase(kase);
    if (kase) this.cover.hide();
    this.viewer.open(kase, began);
    if (!kase && !this.outbox.waiting) {
      const words = "New cases appear here when they have been imported, or when they need another reading.";
      this.cover.show("empty", "Nothing waits for you", words, "Look again", () => this.more());
    }
    this.#prepare();
  }

  /** Fetch the sheets of the cases to come, and let go of those that nobody can come back to. */
  #prepare() {
    const recent = this.#history.slice(-REMEMBERED).map((entry) => entry.kase.code);
    this.pictures.keepOnly(new Set([...this.hand.codes, ...recent]));
    for (const kase of this.hand.ready) this.pictures.get(kase, { page: 0 }, this.levels.rest).catch(() => {});
  }

  #pause() {
    this.#close();
    this.day.pause();
  }

  #close() {
    this.#closed = true;
    this.hand.clear();
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
