// What one tab of the browser remembers across reloads. Without storage it remembers nothing.

export function keep(name, value) {
  try {
    sessionStorage.setItem(name, JSON.stringify(value));
  } catch {
    // storage may be switched off
  }
}

/** What was kept by that name, or null. */
export function kept(name) {
  try {
    return JSON.parse(sessionStorage.getItem(name));
  } catch {
    return null;
  }
}
