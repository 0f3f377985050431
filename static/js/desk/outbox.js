// Acts that the server does not have yet. They are kept in the browser's database and, to fold them without waiting, in memory;
// the tabs of one browser tell each other. An act is sent only once it is written, and removed when the server has it.

import { addRows, openDatabase, removeRows, rowsOf } from "./database.js";
import { keep, kept } from "./kept.js";

const ACKNOWLEDGED = "tldr:acknowledged";

/** All that one person did, item by item. `user` keeps the acts of two people on one computer apart. */
export class Outboxes {
  /** With what waits in this browser already. Where it refuses to keep anything, acts live as long as the page. */
  static async open(user) {
    const outboxes = new Outboxes(user);
    try {
      outboxes.database = await openDatabase();
      (await rowsOf(outboxes.database, user)).forEach((row) => outboxes.take(row));
    } catch {
      outboxes.database = null;
    }
    return outboxes;
  }

  constructor(user) {
    this.user = user;
    this.database = null;
    this.rows = []; // {order?, user, item, event, written?}; without a number while it is being written
    this.onChange = () => {};
    this.others = new BroadcastChannel(`tldr:acts:${user}`);
    this.others.onmessage = ({ data: { added, removed } }) => {
      if (removed) this.drop(removed); // the answer that follows says what became of them
      else if (this.take(added)) this.onChange(added.item);
    };
  }

  /** The items of which acts wait. */
  get items() {
    return [...new Set(this.rows.map((row) => row.item))];
  }

  of(item) {
    return new Outbox(this, item);
  }

  add(item, event) {
    const row = { user: this.user, item, event };
    this.rows.push(row);
    const kept = this.database ? addRows(this.database, [{ ...row }]) : Promise.reject();
    row.written = kept.then(([order]) => (row.order = order), () => (row.isVolatile = true)).then(() => {
      this.sort();
      this.others.postMessage({ added: { order: row.order, user: row.user, item, event } });
    });
  }

  /** A row that was written before, by this tab or another. Whether it is new here. */
  take(row) {
    if (this.rows.some((known) => known.event.key === row.event.key)) return false;
    this.rows.push(row);
    this.sort();
    return true;
  }

  sort() {
    this.rows.sort((one, other) => (one.order ?? Infinity) - (other.order ?? Infinity) || 0); // what is being written stays last
  }

  /** Resolves when they are forgotten, also by the browser. */
  async remove(keys) {
    const gone = this.drop(keys);
    if (!gone.length) return;
    await Promise.all(gone.map((row) => row.written));
    this.others.postMessage({ removed: keys });
    const orders = gone.map((row) => row.order).filter((order) => order !== undefined);
    if (this.database) await removeRows(this.database, orders).catch(() => {}); // sent once more by a later page, they change nothing
  }

  drop(keys) {
    const isGone = new Set(keys);
    const gone = this.rows.filter((row) => isGone.has(row.event.key));
    if (gone.length) this.rows = this.rows.filter((row) => !isGone.has(row.event.key));
    return gone;
  }
}

/** What waits of one item. */
class Outbox {
  constructor(all, item) {
    this.all = all;
    this.item = item;
    this.name = `tldr:outbox:${all.user}:${item}`;
  }

  get rows() {
    return this.all.rows.filter((row) => row.item === this.item);
  }

  /** Whether the browser keeps the acts across a reload. */
  get isDurable() {
    return !this.rows.some((row) => row.isVolatile);
  }

  /** Where the acts that wait are to be sent; null where none says so. Only an address of this site is one. */
  get url() {
    const url = this.rows[0]?.event.url;
    return url?.startsWith("/") && !url.startsWith("//") ? url : null;
  }

  add(event) {
    this.all.add(this.item, event);
  }

  /** What waits, oldest first. */
  list() {
    return this.rows.map((row) => row.event);
  }

  /** What waits now, once it is in the browser's keeping or can't be; less what another tab has sent by then. */
  async written() {
    const now = new Set(this.rows);
    await Promise.all([...now].map((row) => row.written));
    return this.rows.filter((row) => now.has(row)).map((row) => row.event);
  }

  /** Forget acts that the server has, or never will. */
  remove(keys) {
    return this.all.remove(keys);
  }

  /** Remember up to which version the server has acts: a page that was asked for before the last answer came is older. */
  acknowledge(version) {
    keep(ACKNOWLEDGED, { name: this.name, version });
  }

  /** Whether the server has answered with a later version than this. Asked once: a second asking says no. */
  isBeyond(version) {
    const known = kept(ACKNOWLEDGED);
    keep(ACKNOWLEDGED, null);
    return known?.name === this.name && known.version > version;
  }
}

/** A key that no other act has: a random UUID, version 4. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is only there over https and on localhost
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return Array.from(bytes, (byte, place) => ([4, 6, 8, 10].includes(place) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
}
