// Acts that an earlier version of the desk left in localStorage, an entry each, are taken over once.

const PREFIX = "tldr:outbox:"; // then user, item, moment-number and the act's key, with colons between them

/** Hand what is left of a person to `keep(rows)`, in order, and forget it there once that is done. */
export async function takeOver(user, keep) {
  const names = leftOver(`${PREFIX}${user}:`);
  const rows = names.map(rowOf).filter((row) => row !== null);
  if (rows.length) await keep(rows);
  for (const name of names) localStorage.removeItem(name);
}

function leftOver(prefix) {
  try {
    return Object.keys(localStorage).filter((name) => name.startsWith(prefix)).sort(byMoment);
  } catch {
    return []; // that storage is switched off
  }
}

function byMoment(one, other) {
  const [first, second] = [one, other].map((name) => name.split(":")[4]);
  return first < second ? -1 : 1;
}

function rowOf(name) {
  const [, , user, item] = name.split(":").map(Number);
  try {
    return { user, item, event: JSON.parse(localStorage.getItem(name)) };
  } catch {
    return null; // not written by the desk
  }
}
