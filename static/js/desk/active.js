// How long the person was at work: the time between signs of life.

import { keep, kept } from "./kept.js";

const AWAY_AFTER = 20_000; // milliseconds without a sign of life, after which the clock stands still
const SIGNS = ["keydown", "pointerdown", "pointermove", "wheel", "scroll", "focus"];

export class Active {
  /** `now()` is a clock that never goes back, in milliseconds. Nothing is counted before `begin`. */
  constructor(now = () => performance.now()) {
    this.now = now;
    this.counted = 0;
    this.last = null; // the last sign of life; null while nobody looks
    this.seen = now();
    this.name = null;
  }

  listen() {
    for (const name of SIGNS) addEventListener(name, () => this.sign(), { passive: true, capture: true });
    document.addEventListener("visibilitychange", () => (document.hidden ? this.leave() : this.sign()));
    addEventListener("pagehide", () => this.leave()); // some browsers take a page away without hiding it first
    return this;
  }

  /** Another item is shown: it goes on from what an earlier page of this tab counted under its name and no act took. */
  begin(name) {
    this.name = `tldr:active:${name}`;
    this.counted = kept(this.name) ?? 0;
    this.last = document.hidden ? null : this.now();
  }

  sign() {
    const now = this.now();
    if (this.last !== null) this.counted += Math.min(now - this.last, AWAY_AFTER);
    this.last = this.seen = now;
  }

  get idle() {
    return this.now() - this.seen;
  }

  /** Nobody looks until the next sign of life, which the page may not live to see. */
  leave() {
    this.sign();
    this.last = null;
    if (this.name) keep(this.name, this.counted);
  }

  /** Milliseconds at work since this was asked last, or since the item was shown. */
  take() {
    this.sign();
    const whole = Math.round(this.counted);
    this.counted = 0;
    keep(this.name, 0);
    return whole;
  }
}
