// The lease of the item at work is renewed while somebody is there.

import { element } from "../page.js";
import { page, post } from "./server.js";

const EVERY = 60_000;

/** `address()` is where it is renewed, or null; `idle()` the milliseconds without a sign of life. */
export function renewLease(address, idle) {
  setInterval(async () => {
    const now = address();
    if (!now || idle() > page.leaseMinutes * 60_000) return;
    const response = await post(now, {}).catch(() => null); // the network is away: the next minute tries again
    if (response?.ok && now === address()) showLate((await response.json()).late);
  }, EVERY);
}

export function showLate(isLate) {
  element("late").hidden = !isLate;
}
