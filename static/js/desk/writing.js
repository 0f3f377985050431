// Writing in place: an input stands where the new words will.

import { made, say, textOf } from "../page.js";
import { isInsertion } from "./fold.js";
import { alongText } from "./keys.js";

export function askForReplacement(desk) {
  if (!desk.selection || !desk.isOpen) return;
  const { words, selection: { first, end } } = desk;
  if (first === end) {
    askForMissing(desk, first);
    return;
  }
  const own = words.quote(first, end);
  const old = desk.current?.judgement?.text ?? own;
  const field = fieldFor(textOf("replaceWith", { text: old }), old, (text) => {
    if (text === own) desk.judge("clear");
    else if (text !== null) desk.judge("replace", { text });
    desk.refocus(first);
  });
  const last = words.words[end - 1];
  const next = last.nextElementSibling;
  (next?.tagName === "INS" ? next : last).after(field);
  begin(field);
}

const missingIn = (desk, slot) => desk.folded.judgements.find((one) => isInsertion(one) && one.first === slot);

export function selectedMissing(desk) {
  return desk.selection && isInsertion(desk.selection) ? desk.current.judgement : null;
}

/** Ask what is missing before word `slot`; while nothing is written, one can go on to the slots beside it. */
export function askForMissing(desk, slot) {
  if (!desk.isOpen) return;
  const { words } = desk;
  const before = missingIn(desk, slot);
  const label = slot < words.count ? textOf("missingBefore", { quote: words.quotes[slot] }) : textOf("missingLast");
  const onMove = (by, done) => {
    const next = slot + by;
    if (next >= 0 && next <= words.count) done(() => askForMissing(desk, next));
  };
  const field = fieldFor(label, before?.text ?? "", (text) => {
    if (text) putMissing(desk, slot, text, before?.kind ?? null);
    else if (text === "" && before) takeMissing(desk, slot);
    else desk.refocus(slot);
  }, onMove);
  field.prepend(arrowButton("ArrowLeft", "‹", "earlierPlace"));
  field.append(arrowButton("ArrowRight", "›", "laterPlace"));
  (words.words[slot] ?? words.slots.at(-1)).before(field);
  begin(field);
}

/** What an arrow key does in the input beside it, for those who have no keyboard. */
function arrowButton(key, sign, name) {
  const button = made("button", "beside", sign);
  button.ariaLabel = textOf(name);
  button.tabIndex = -1;
  button.addEventListener("pointerdown", (event) => event.preventDefault()); // the input keeps the focus, and stays
  button.addEventListener("click", () => button.parentElement.querySelector("input").dispatchEvent(new KeyboardEvent("keydown", { key: alongText(key) })));
  return button;
}

export function putMissing(desk, slot, text, kind) {
  if (!desk.isOpen) return;
  desk.act("insert", { at: slot, text, kind });
  desk.select(slot, slot);
  desk.words.focus(slot, slot);
  say("isMissing", { quote: text });
}

export function takeMissing(desk, slot) {
  if (!desk.isOpen) return;
  desk.act("insert", { at: slot, text: "" });
  say("nothingMissing");
}

function begin(field) {
  const input = field.querySelector("input");
  input.focus();
  input.select();
}

/** `onDone(text)` gets null where nothing was changed. `onMove(by, done)` hears of the arrow keys in an empty input. */
function fieldFor(label, text, onDone, onMove = () => {}) {
  const input = made("input", "replacement");
  input.ariaLabel = label;
  input.maxLength = 1000;
  input.dir = "auto";
  input.autocomplete = "off";
  input.placeholder = " "; // the buttons beside it are there while it shows
  input.value = text;
  input.style.inlineSize = `${Math.min(30, Math.max(8, text.length + 4))}ch`;

  const field = made("span", "writing");
  field.append(input);
  let isDone = false;
  function done(tell) {
    if (isDone) return;
    isDone = true;
    field.remove();
    tell();
  }
  const finish = () => {
    const value = input.value.trim();
    done(() => onDone(value === text ? null : value));
  };
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[alongText(event.key)];
    if (event.key === "Enter") event.preventDefault();
    if (event.key === "Enter") finish();
    if (event.key === "Escape") done(() => onDone(null));
    if (by && input.value === "" && !event.shiftKey) onMove(by, done);
  });
  input.addEventListener("blur", () => document.activeElement === input || finish()); // not where another window took the focus
  return field;
}
