// Acts that the server does not have yet, in the browser's database and, to fold them without waiting, in memory.
// The tabs of a browser tell each other. An act is sent once it is written, and removed when the server has it. A page that goes
// away leaves what isn't written yet to the next one.

import { addRows, openDatabase, removeRows, rowsOf } from "./database.js";
import { keep, kept } from "./kept.js";
import { leave, takeLeft } from "./left.js";

const ACKNOWLEDGED = "tldr:acknowledged";

/** `user` keeps the acts of two people on one computer apart. */
export class Outboxes {
  /** With what waits in this browser. Where it keeps nothing, acts live as long as the page. */
  static async open(user) {
    const outboxes = new Outboxes(user);
    try {
      outboxes.database = await openDatabase();
      (await rowsOf(outboxes.database, user)).forEach((row) => outboxes.take(row));
    } catch {
      outboxes.database = null;
    }
    for (const { item, event } of takeLeft(user)) if (!outboxes.knows(event)) outboxes.add(item, event);
    addEventListener("pagehide", () => outboxes.leave());
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
    if (this.knows(row.event)) return false;
    this.rows.push(row);
    this.sort();
    return true;
  }

  knows(event) {
    return this.rows.some((known) => known.event.key === event.key);
  }

  leave() {
    const unwritten = this.rows.filter((row) => row.order === undefined);
    if (unwritten.length) leave(this.user, newKey(), unwritten);
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

class Outbox {
  constructor(all, item) {
    this.all = all;
    this.item = item;
    this.name = `tldr:outbox:${all.user}:${item}`;
  }

  get rows() {
    return this.all.rows.filter((row) => row.item === this.item);
  }

  get isDurable() {
    return !this.rows.some((row) => row.isVolatile);
  }

  /** Where what waits is to be sent; null where nothing says so. Only an address of this site is one. */
  get url() {
    const url = this.rows[0]?.event.url;
    return url?.startsWith("/") && !url.startsWith("//") ? url : null;
  }

  add(event) {
    this.all.add(this.item, event);
  }

  list() {
    return this.rows.map((row) => row.event);
  }

  /** What waits now, once it is written or can't be; less what another tab has sent by then. */
  async written() {
    const now = new Set(this.rows);
    await Promise.all([...now].map((row) => row.written));
    return this.rows.filter((row) => now.has(row)).map((row) => row.event);
  }

  remove(keys) {
    return this.all.remove(keys);
  }

  /** Remember how far the server is: a page that was asked for before the last answer came is older. */
  acknowledge(version) {
    keep(ACKNOWLEDGED, { name: this.name, version });
  }

  /** Whether the server has answered with a later version than this. A second asking says no. */
  isBeyond(version) {
    const known = kept(ACKNOWLEDGED);
    keep(ACKNOWLEDGED, null);
    return known?.name === this.name && known.version > version;
  }
}

/** A key that no other act has: random, and written as a UUID. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is only there over https and on localhost
  const digits = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}
