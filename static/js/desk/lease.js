// The right to this item is renewed while somebody is at work; a page that nobody touches lets go of it.

import { post } from "./sync.js";

const EVERY = 60_000;

export class Lease {
  /** `isWanted()` says whether the item is still open. */
  constructor(data, isWanted) {
    this.data = data;
    this.isWanted = isWanted;
    this.touched = Date.now();
    for (const name of ["keydown", "pointerdown", "pointermove"]) addEventListener(name, () => (this.touched = Date.now()), { passive: true });
    if (data.holdsLease) setInterval(() => this.renew(), EVERY);
  }

  set isLate(isLate) {
    document.getElementById("late").hidden = !isLate;
  }

  async renew() {
    if (!this.isWanted() || Date.now() - this.touched > this.data.leaseMinutes * 60_000) return;
    let response;
    try {
      response = await post(this.data.leaseUrl, {}, this.data.csrfCookie);
    } catch {
      return; // the network is away; the next minute tries again
    }
    if (response.ok) this.isLate = (await response.json()).late;
  }
}
