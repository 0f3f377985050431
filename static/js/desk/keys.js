// Which key does what. The help dialog (templates/desk/dialogs.html) says the same to people.

const PLAIN = {
  j: "nextStop", ArrowDown: "nextStop", k: "previousStop", ArrowUp: "previousStop",
  ArrowRight: "nextWord", ArrowLeft: "previousWord",
  c: "confirm", x: "clear", f: "flag", r: "replace", Delete: "remove", Backspace: "remove",
  u: "undo", s: "skip", m: "comment", Enter: "submit", "?": "keys", i: "instructions", p: "previous",
  a: "confirmAll", v: "evidence",
  n: "insert", b: "split", g: "join", d: "draw", o: "absent", ",": "darker", ".": "lighter",
  "+": "larger", "=": "larger", "-": "smaller", 0: "fit", Escape: "unselect",
};
export const SUGGESTED = ["q", "w", "e"]; // the keys that take a suggestion, below those of the kinds
const SHIFTED = { ArrowRight: "extend", ArrowLeft: "shrink", u: "redo" };
const CONTROLLED = { z: "undo", y: "redo" };
const CONTROLLED_SHIFTED = { z: "redo" };

/** The act of a key press, and its argument: kinds are the numbers 1-8. Null where the key means nothing here. */
export function actOf(event) {
  if (event.altKey || event.isComposing) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key; // Caps Lock changes nothing
  if (event.ctrlKey || event.metaKey) return named((event.shiftKey ? CONTROLLED_SHIFTED : CONTROLLED)[key]);
  if (event.shiftKey && SHIFTED[key]) return named(SHIFTED[key]);
  if (/^[1-8]$/.test(key)) return { name: "kind", argument: Number(key) - 1 };
  if (SUGGESTED.includes(key)) return { name: "accept", argument: SUGGESTED.indexOf(key) };
  return named(PLAIN[key]);
}

function named(name) {
  return name ? { name } : null;
}

/** Call `perform(name, argument)` for the keys of the desk, but never while somebody types or a dialog is open. */
export function listen(perform) {
  addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest("input, textarea, select, dialog, summary")) return;
    if ((event.key === "Enter" || event.key === " ") && target.closest("a, button")) return; // the focused control's own keys
    if (event.key === " " && target.closest(".word")) {
      event.preventDefault();
      target.click();
      return;
    }
    const act = actOf(event);
    if (!act) return;
    event.preventDefault();
    perform(act.name, act.argument);
  });
}
