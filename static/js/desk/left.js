// Acts that were being written into the browser's database when their page went away, which ends what waits there for its turn.

const PREFIX = "tldr:left:";

/** What pages of this person left, [[{item, event}]]; taking it forgets it. */
export function takeLeft(user) {
  try {
    const names = Object.keys(localStorage).filter((name) => name.startsWith(`${PREFIX}${user}:`));
    const left = names.map((name) => JSON.parse(localStorage.getItem(name)));
    names.forEach((name) => localStorage.removeItem(name));
    return left.flat();
  } catch {
    return []; // storage may be switched off
  }
}

/** A page leaves under a name of its own: two that go at once don't overwrite each other. */
export function leave(user, page, rows) {
  try {
    localStorage.setItem(`${PREFIX}${user}:${page}`, JSON.stringify(rows.map(({ item, event }) => ({ item, event }))));
  } catch {}
}
