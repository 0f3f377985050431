// Which key does what: the table of annotator/desk_keys.py, with a person's own keys in the place of the usual ones.

import { element, textOf } from "../page.js";

const PLACES = { Comma: ",<", Period: ".>", Slash: "/?", Minus: "-_", Equal: "=+", Semicolon: ";:", Quote: "'\"", BracketLeft: "[{", BracketRight: "]}" };

let table = [];
let own = {};
let rows = new Map(); // key -> row of the table

/** `chosen` is {name: key}. A usual key that was chosen for something else does that. */
export function useKeys(chosen, all = table) {
  table = all;
  own = chosen;
  rows = new Map(table.flatMap((row) => [keyOf(row), ...row.also].filter(Boolean).map((key) => [key, row])));
}

function keyOf({ name, key }) {
  return own[name] ?? (Object.values(own).includes(key) ? "" : key);
}

/** What is written on a key by its name in the table; null where nothing has that name, "" if it has no key. */
export function labelOf(name) {
  const row = table.find((one) => one.name === name);
  return row ? written(keyOf(row) || (row.also[0] ?? "")) : null;
}

export function written(key) {
  return key.split(" ").map((part) => textOf(part)).join(" ");
}

/** Write the keys of the moment on whatever has data-key, or data-act without it, and into the dialog of keys. */
export function labelKeys() {
  for (const labelled of document.querySelectorAll("[data-key], [data-act]")) {
    const label = labelOf(labelled.dataset.key ?? labelled.dataset.act);
    if (label === null) continue;
    const shown = labelled.matches("kbd") ? labelled : labelled.querySelector("kbd");
    if (shown) shown.textContent = label;
    if (labelled.title.endsWith(")")) labelled.title = `${labelled.title.replace(/ \([^()]*\)$/, "")}${label && ` (${label})`}`;
  }
  for (const row of table) {
    const button = document.querySelector(`[data-own="${row.name}"]`);
    const key = keyOf(row);
    button.firstElementChild.textContent = key ? written(key) : textOf("noKey");
    button.classList.toggle("is-none", !key);
  }
  for (const kbd of document.querySelectorAll("[data-fixed]")) kbd.textContent = written(kbd.dataset.fixed);
}

/** The key that was pressed, as the table writes it; null with Alt, or while a letter is composed. */
export function pressed(event) {
  if (event.altKey || event.isComposing || event.getModifierState?.("AltGraph")) return null;
  const typed = characterOf(event);
  const isLetter = typed.length === 1 && typed.toLowerCase() !== typed.toUpperCase();
  const hasShift = event.shiftKey && (isLetter || typed.length > 1); // the Shift of ? is in it already
  const control = event.ctrlKey || event.metaKey ? "Ctrl " : "";
  return `${control}${hasShift ? "Shift " : ""}${isLetter ? typed.toLowerCase() : typed}`; // Caps Lock changes nothing
}

/** What the key types; where that is not Latin, what it types on a Latin keyboard. */
function characterOf({ key, code, shiftKey }) {
  if (/^[\x20-\x7e]+$/.test(key) || /\p{Script=Latin}/u.test(key)) return key;
  if (/^(Key|Digit)./.test(code)) return code.at(-1);
  return PLACES[code]?.[shiftKey ? 1 : 0] ?? key;
}

/** The key as a line written from the right takes it: there the next word lies to the left. */
export function alongText(key) {
  return element("response").dir === "rtl" && !/^Ctrl/.test(key) ? key.replace(/Left|Right/, (side) => (side === "Left" ? "Right" : "Left")) : key;
}

/** Call `perform(act, argument, isHeld)`, but never while somebody types or a dialog is open. */
export function listen(perform) {
  addEventListener("keydown", (event) => {
    const target = event.target instanceof Element ? event.target : document.body;
    if (target.closest("input, textarea, select, dialog, summary, [contenteditable]") || document.querySelector("dialog:modal")) return;
    if ((event.key === "Enter" || event.key === " ") && target.closest("a, button")) return; // the focused control's own keys
    if (event.key === " " && target.closest(".word")) {
      event.preventDefault();
      target.click();
      return;
    }
    const row = rows.get(alongText(pressed(event) ?? ""));
    if (!row) return;
    event.preventDefault();
    if (!event.repeat || row.repeats) perform(row.act, row.argument, event.repeat);
  });
}
