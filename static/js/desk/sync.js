// Sends what waits in the outbox until the server has it. Repeats are harmless: every act has a key.

import { textOf } from "../page.js";
import { page, post } from "./server.js";

const BATCH = 100;
const SOONEST = 1_000;
const LATEST = 30_000;
const MOMENTS = ["online", "focus"]; // what another tab left behind is sent when the person comes to this one

export class Sync {
  /**
   * `known()` counts the events of the annotation that the page has, `onReply(reply)` gets those that follow, and `onStatus({name, reason})`
   * hears how it goes: "saved", "saving", "offline", "signed-out", "not-yours" or "refused". `others` are its other tabs.
   */
  constructor({ outbox, others, url, known, onReply, onStatus }) {
    Object.assign(this, { outbox, others, url, known, onReply, onStatus });
    this.delay = SOONEST;
    this.timer = null;
    this.isRunning = false;
    this.status = "saved";
    this.wake = () => this.poke();
    for (const moment of MOMENTS) addEventListener(moment, this.wake);
  }

  /** Rejects where that has to wait for the server or for the person. What the server refused waits for nothing. */
  async settled() {
    while (this.outbox.list().length && this.status !== "refused") {
      if (!["saved", "saving"].includes(this.status)) throw new Error(`Acts on item ${this.outbox.item} are still waiting`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  stop() {
    clearTimeout(this.timer);
    this.others.close();
    for (const moment of MOMENTS) removeEventListener(moment, this.wake);
  }

  poke() {
    clearTimeout(this.timer);
    if (!this.isRunning) this.run();
  }

  async run() {
    this.isRunning = true;
    try {
      while (this.outbox.list().length) {
        this.tell("saving");
        if (!(await this.exclusively(() => this.sendOnce()))) return;
      }
      this.tell("saved");
    } finally {
      this.isRunning = false;
    }
  }

  /** One tab at a time sends for an item, where the browser has locks. */
  exclusively(work) {
    return navigator.locks ? navigator.locks.request(this.outbox.name, work) : work();
  }

  /** Send one batch. Whether to go on. */
  async sendOnce() {
    const events = (await this.outbox.written()).slice(0, BATCH); // nothing is sent that a crash could still take from this browser
    if (!events.length) return true; // another tab has sent it
    let response;
    try {
      response = await post(this.url, { user: page.user, known: this.known(), events });
    } catch {
      return this.later(); // the network is away
    }
    if (response.status >= 500 || response.status === 429) return this.later();
    const isRedirect = response.type === "opaqueredirect";
    const reply = isRedirect ? null : await response.json().catch(() => null);
    if (isRedirect || response.status === 403) return this.tell(reply?.reason ? "not-yours" : "signed-out"); // without a reason it was the token
    if (!response.ok) return this.tell("refused", reply?.reason ?? textOf("answered", { status: `${response.status}` }));
    if (!reply) return this.later(); // the answer broke off, as when the page goes away: it says nothing
    this.outbox.remove(events.map((event) => event.key));
    this.delay = SOONEST;
    this.onReply(reply);
    return true;
  }

  tell(name, reason) {
    this.status = name;
    this.onStatus({ name, reason });
    return false;
  }

  later() {
    this.timer = setTimeout(() => this.poke(), this.delay);
    this.delay = Math.min(2 * this.delay, LATEST);
    return this.tell("offline");
  }
}
