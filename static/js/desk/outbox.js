// Acts that the server does not have yet, one entry of the browser's storage each, so that two tabs never overwrite each other.
// An entry is written before anything is sent and removed only when the server acknowledged it.

const PREFIX = "tldr:outbox:";
const ACKNOWLEDGED = "tldr:acknowledged";

export class Outbox {
  /** `user` keeps the acts of two people on one computer apart; `item` is the item's id. */
  constructor(user, item) {
    this.item = item;
    this.prefix = `${PREFIX}${user}:${item}:`;
    this.memory = new Map(); // holds the acts where the browser refuses to store them
    this.number = 0;
  }

  /** Whether the browser keeps acts across a reload. */
  get isDurable() {
    return this.memory.size === 0;
  }

  /** Where the acts that wait are to be sent; null where none says so. Only an address of this site is one. */
  get url() {
    const url = this.list()[0]?.url;
    return url?.startsWith("/") && !url.startsWith("//") ? url : null;
  }

  /** Keep an act. Later acts sort after earlier ones, also after a reload. */
  add(event) {
    const order = `${String(Date.now()).padStart(15, "0")}-${String(this.number++).padStart(6, "0")}`;
    const name = `${this.prefix}${order}:${event.key}`;
    const text = JSON.stringify(event);
    try {
      localStorage.setItem(name, text);
    } catch {
      this.memory.set(name, text); // full, or switched off: the page says so
    }
  }

  /** What waits, oldest first. */
  list() {
    const stored = names(this.prefix).map((name) => [name, localStorage.getItem(name)]);
    return [...stored, ...this.memory]
      .filter(([, text]) => text !== null)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([, text]) => JSON.parse(text));
  }

  /** Remember up to which version the server has acts: a page that was asked for before the last answer came is older. */
  acknowledge(version) {
    try {
      sessionStorage.setItem(ACKNOWLEDGED, JSON.stringify({ prefix: this.prefix, version }));
    } catch {
      // without storage there is no second page to compare with
    }
  }

  /** Whether the server has answered with a later version than this. Asked once: a second asking says no. */
  isBeyond(version) {
    try {
      const known = JSON.parse(sessionStorage.getItem(ACKNOWLEDGED));
      sessionStorage.removeItem(ACKNOWLEDGED);
      return known?.prefix === this.prefix && known.version > version;
    } catch {
      return false;
    }
  }

  /** Forget acts that the server has. */
  remove(keys) {
    const gone = new Set(keys);
    const isGone = (name) => gone.has(name.slice(name.lastIndexOf(":") + 1));
    names(this.prefix).filter(isGone).forEach((name) => localStorage.removeItem(name));
    [...this.memory.keys()].filter(isGone).forEach((name) => this.memory.delete(name));
  }
}

/** The ids of items of which acts of this person wait in this browser. */
export function waitingItems(user) {
  const prefix = `${PREFIX}${user}:`;
  return [...new Set(names(prefix).map((name) => name.slice(prefix.length).split(":")[0]))];
}

function names(prefix) {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(prefix));
  } catch {
    return []; // storage is switched off
  }
}

/** A key that no other act has. */
export function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // randomUUID is only there over https and on localhost
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
