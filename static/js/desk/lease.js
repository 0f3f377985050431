// The right to the item at work is renewed while somebody is there; a page that nobody touches lets go of it.

import { element } from "../page.js";
import { page, post } from "./server.js";

const EVERY = 60_000;

export class Lease {
  /** `address()` is where the lease of the item at work is renewed; null where there is nothing to renew. */
  constructor(address) {
    this.address = address;
    this.touched = Date.now();
    for (const name of ["keydown", "pointerdown", "pointermove"]) addEventListener(name, () => (this.touched = Date.now()), { passive: true });
    setInterval(() => this.renew(), EVERY);
  }

  set isLate(isLate) {
    element("late").hidden = !isLate;
  }

  async renew() {
    const address = this.address();
    if (!address || Date.now() - this.touched > page.leaseMinutes * 60_000) return;
    const response = await post(address, {}).catch(() => null); // the network is away: the next minute tries again
    if (response?.ok && address === this.address()) this.isLate = (await response.json()).late;
  }
}
