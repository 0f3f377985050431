// Writing in place: an input stands where the new words will, or those that are missing between two words.

import { made, say, textOf } from "../page.js";
import { isInsertion } from "./fold.js";

/** Ask for the text that replaces what is selected. */
export function askForReplacement(desk) {
  if (!desk.selection || !desk.isOpen) return;
  const { words, selection: { first, end } } = desk;
  if (first === end) {
    askForMissing(desk, first);
    return;
  }
  const old = desk.current?.judgement?.text ?? words.quote(first, end);
  const input = inputFor(words, textOf("replaceWith", { text: old }), old, (text) => {
    words.focus(first);
    if (text !== null) desk.judge("replace", { text });
  });
  const last = words.words[end - 1];
  const next = last.nextElementSibling;
  (next?.tagName === "INS" ? next : last).after(input);
  begin(input);
}

// what is missing

/** What is missing in a slot so far; undefined where nothing is. */
const missingIn = (desk, slot) => desk.folded.judgements.find((one) => isInsertion(one) && one.first === slot);

/** What is missing and selected. */
export function selectedMissing(desk) {
  return desk.selection && isInsertion(desk.selection) ? desk.current.judgement : null;
}

/** Ask what is missing before word `slot`; arrow keys and buttons go on to the slots beside it while nothing is written. */
export function askForMissing(desk, slot) {
  if (!desk.isOpen) return;
  const { words } = desk;
  const before = missingIn(desk, slot);
  const label = slot < words.count ? textOf("missingBefore", { quote: words.quotes[slot] }) : textOf("missingLast");
  const onMove = (by, done) => {
    const next = slot + by;
    if (next >= 0 && next <= words.count) done(() => askForMissing(desk, next));
  };
  const input = inputFor(words, label, before?.text ?? "", (text) => {
    if (text) putMissing(desk, slot, text, before?.kind ?? null);
    else if (text === "" && before) takeMissing(desk, slot);
    else refocus(desk, slot);
  }, onMove);
  (words.words[slot] ?? words.slots.at(-1)).before(input);
  begin(input);
}

function refocus(desk, slot) {
  const { first, end, focus } = desk.selection ?? { focus: slot };
  desk.words.focus(first === end ? (first ?? focus) : focus, first === end ? first : undefined);
}

/** Say that a text is missing, of a kind or of none. */
export function putMissing(desk, slot, text, kind) {
  if (!desk.isOpen) return;
  desk.act("insert", { at: slot, text, kind });
  desk.select(slot, slot);
  desk.words.focus(slot, slot);
  say("isMissing", { quote: text });
}

/** Nothing is missing in a slot after all. */
export function takeMissing(desk, slot) {
  if (!desk.isOpen) return;
  desk.act("insert", { at: slot, text: "" });
  say("nothingMissing");
}

// the input

function begin(input) {
  input.focus();
  input.select();
}

/** `onDone(text)` gets null where the person thought better of it. In an empty input, `onMove(by, done)` hears of the arrow keys. */
function inputFor(words, label, text, onDone, onMove = () => {}) {
  const input = made("input", "replacement");
  input.setAttribute("aria-label", label);
  input.maxLength = 1000;
  input.dir = "auto";
  input.autocomplete = "off";
  input.value = text;
  input.size = Math.min(30, Math.max(8, text.length + 4));

  let isDone = false;
  function done(tell) {
    if (isDone) return;
    isDone = true;
    input.remove();
    tell();
  }
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const value = input.value.trim();
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Enter") event.preventDefault();
    if (event.key === "Enter") done(() => onDone(value));
    if (event.key === "Escape") done(() => onDone(null));
    if (by && input.value === "" && !event.shiftKey) onMove(by, done);
  });
  input.addEventListener("blur", () => {
    const value = input.value.trim();
    done(() => onDone(value === text ? null : value));
  });
  return input;
}
