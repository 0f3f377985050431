// Words that are missing: asked for in a slot between two words, and judged like the others once they stand there.

import { isInsertion } from "./fold.js";
import { insertInline } from "./replace.js";

/** What is missing in a slot so far; undefined where nothing is. */
const missingIn = (desk, slot) => desk.folded.judgements.find((one) => isInsertion(one) && one.first === slot);

/** What is missing and selected. */
export function selectedMissing(desk) {
  return desk.selection && isInsertion(desk.selection) ? desk.current.judgement : null;
}

/** Ask what is missing before word `slot`; the arrow keys go on to the slots beside it while nothing is written. */
export function askForMissing(desk, slot) {
  if (desk.folded.status !== "draft") return;
  const before = missingIn(desk, slot);
  const onMove = (by, done) => {
    const next = slot + by;
    if (next >= 0 && next <= desk.words.count) done(() => askForMissing(desk, next));
  };
  insertInline(desk.words, slot, before?.text ?? "", (text) => {
    if (text) putMissing(desk, slot, text, before?.kind ?? null);
    else if (text === "" && before) takeMissing(desk, slot);
    else refocus(desk, slot);
  }, onMove);
}

function refocus(desk, slot) {
  const { first, end, focus } = desk.selection ?? { focus: slot };
  desk.words.focus(first === end ? (first ?? focus) : focus, first === end ? first : undefined);
}

/** Say that a text is missing, of a kind or of none. */
export function putMissing(desk, slot, text, kind) {
  if (desk.folded.status !== "draft") return;
  desk.act("insert", { at: slot, text, kind });
  desk.select(slot, slot);
  desk.words.focus(slot, slot);
  desk.say(`${text}: missing.`);
}

/** Nothing is missing in a slot after all. */
export function takeMissing(desk, slot) {
  if (desk.folded.status !== "draft") return;
  desk.act("insert", { at: slot, text: "" });
  desk.say("Nothing is missing here.");
}
