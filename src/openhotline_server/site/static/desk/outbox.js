// What is on its way to the server: in order, one at a time, tried again until the server has answered.

import { Refused } from "./server.js";

const PAUSES = [400, 1000, 2000, 4000, 8000, 15_000]; // milliseconds between tries

export class Outbox {
  #jobs = [];
  #running = false;
  #wake = () => {};

  /** `changed(waiting, trouble)` is called whenever something is added, sent or held up. */
  constructor(changed) {
    this.changed = changed;
    addEventListener("online", () => this.#wake());
  }

  get waiting() {
    return this.#jobs.length;
  }

  /** A job: `send()` returns the server's answer, `done(answer)` takes it, `refused(error)` takes its no. */
  add(job) {
    this.#jobs.push(job);
    this.changed(this.waiting, "");
    this.#run();
    return job;
  }

  /** Take a job back that was never tried; false if it may have reached the server. */
  remove(job) {
    const place = this.#jobs.indexOf(job);
    if (place < 0 || job.tried) return false;
    this.#jobs.splice(place, 1);
    this.changed(this.waiting, "");
    return true;
  }

  async #run() {
    if (this.#running) return;
    this.#running = true;
    let failures = 0;
    while (this.#jobs.length) {
      const job = this.#jobs[0];
      try {
        job.tried = true;
        const answer = await job.send();
        this.#leave(job);
        failures = 0;
        job.done(answer);
      } catch (error) {
        if (error instanceof Refused) {
          this.#leave(job);
          job.refused(error);
          continue;
        }
        this.changed(this.waiting, error.message);
        await this.#pause(PAUSES[Math.min(failures, PAUSES.length - 1)]);
        failures += 1;
      }
    }
    this.#running = false;
  }

  #leave(job) {
    this.#jobs.splice(this.#jobs.indexOf(job), 1);
    this.changed(this.waiting, "");
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      this.#wake = resolve;
      setTimeout(resolve, milliseconds);
    });
  }
}
