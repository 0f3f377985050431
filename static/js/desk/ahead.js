// The next item with its picture, fetched while the one before is at work.

import { textOf } from "../page.js";
import { deskOf, get, pictureOf } from "./server.js";

const ON_DESK = 1280; // pixels of a side: what is larger the server scales down (annotator/services/thumbnails.py)
const FRESH = 120_000; // milliseconds: an older one may have lost its reservation

export class Ahead {
  /** `settled(item)` resolves when the acts on all others are saved: else the server may hand one out again. */
  constructor(settled) {
    this.settled = settled;
    this.after = null;
    this.coming = null;
    this.asked = 0;
  }

  prepare(item) {
    if (this.after === item && this.coming && Date.now() - this.asked < FRESH) return;
    this.after = item;
    this.asked = Date.now();
    this.coming = this.fetch(item);
    this.coming.catch(() => (this.coming = null)); // whoever takes it is told, and may try again
  }

  /** What comes after an item, {data, picture}; null if nothing does. Rejects where the server can't be reached, or with `isClosed` the desk. */
  take(item) {
    this.prepare(item);
    const coming = this.coming;
    this.coming = null;
    return coming;
  }

  async fetch(item) {
    await this.settled(item);
    const response = await get(`${deskOf(item)}next/`);
    if (!response.ok) throw Object.assign(new Error(`The server answered ${response.status}`), { isClosed: [403, 404].includes(response.status) });
    const data = await response.json();
    return data.item ? { data, picture: loaded(data) } : null;
  }
}

/** The picture of an item, loaded ahead of being shown; `full` is that of one scaled down. */
export function loaded({ item, size: [width, height] }) {
  const picture = new Image(width, height);
  const address = pictureOf(item);
  picture.alt = textOf("picture");
  picture.draggable = false;
  const isLarge = Math.max(width, height) > ON_DESK;
  picture.src = isLarge ? `${address}?size=desk` : address;
  if (isLarge) picture.dataset.full = address;
  picture.decode().catch(() => {}); // a picture that can't be decoded shows as broken, which says it best
  return picture;
}
