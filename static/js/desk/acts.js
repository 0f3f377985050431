// What keys and buttons do, by name.

import * as dialogs from "./dialogs.js";
import { openHistory } from "./history.js";
import { askForMissing, putMissing, selectedMissing, takeMissing } from "./missing.js";
import { replaceInline } from "./replace.js";
import { join, split } from "./runs.js";

/** Where a run stands among the others: something missing before the word at its place. */
const placeOf = ({ first, end }) => (first === end ? first - 0.5 : first);

const element = (id) => document.getElementById(id);

/** The acts of one desk: {name: function}. */
export const actsOf = (desk) => ({
  confirm: () => desk.selection && desk.judge(desk.isFlagged() ? "confirm" : "flag", desk.inheritedKind()),
  clear: () => (selectedMissing(desk) ? takeMissing(desk, desk.selection.first) : desk.judge("clear")),
  flag: () => desk.selection && desk.judge("flag", desk.inheritedKind()),
  kind: (number) => {
    if (!desk.selection) return;
    const kind = desk.current?.judgement?.kind === desk.page.kinds[number] ? null : desk.page.kinds[number];
    const missing = selectedMissing(desk);
    if (missing) putMissing(desk, missing.first, missing.text, kind);
    else desk.judge("kind", { kind });
  },
  replace: () => {
    if (!desk.selection || desk.folded.status !== "draft") return;
    const { first, end } = desk.selection;
    if (first === end) {
      askForMissing(desk, first);
      return;
    }
    const old = desk.current?.judgement?.text ?? desk.words.quote(first, end);
    replaceInline(desk.words, end - 1, old, (text) => {
      desk.words.focus(first);
      if (text !== null) desk.judge("replace", { text });
    });
  },
  confirmAll: () => desk.confirmAll(),
  accept: (number) => desk.advice.accept(number),
  evidence: () => desk.advice.toggleEvidence(),
  remove: () => (selectedMissing(desk) ? takeMissing(desk, desk.selection.first) : desk.judge("replace", { text: "" })),
  insert: () => askForMissing(desk, desk.selection?.end ?? 0),
  split: () => split(desk),
  join: () => join(desk),
  draw: () => desk.boxes.toggle(),
  absent: () => desk.boxes.toggleAbsent(),
  undo: () => desk.folded.undoable && desk.act("undo"),
  redo: () => desk.folded.redoable && desk.act("redo"),
  nextStop: () => desk.toStop(desk.stops.find((stop) => placeOf(stop) > (desk.selection ? placeOf(desk.selection) : -1)) ?? desk.stops[0]),
  previousStop: () => desk.toStop(desk.stops.findLast((stop) => placeOf(stop) < (desk.selection ? placeOf(desk.selection) : Infinity)) ?? desk.stops.at(-1)),
  nextWord: () => desk.toWord((desk.selection?.focus ?? -1) + (selectedMissing(desk) ? 0 : 1)),
  previousWord: () => desk.toWord((desk.selection?.focus ?? 1) - 1),
  extend: () => desk.grow(1),
  shrink: () => desk.grow(-1),
  unselect: () => {
    desk.selection = null;
    desk.render();
  },
  comment: () => {
    element("comment-text").value = desk.folded.comment;
    dialogs.open("comment-dialog", (form) => desk.act("comment", { text: form.get("text").trim() }));
  },
  skip: () => dialogs.open("skip-dialog", (form) => desk.leave("skip", { reason: (form.get("other") || form.get("reason") || "").trim() })),
  submit: () => desk.submit(),
  keys: () => dialogs.open("keys-dialog"),
  instructions: () => dialogs.toggle("instructions-dialog"),
  previous: () => element("previous").hidden || element("previous").click(),
  history: () => openHistory(desk.page.historyUrl),
  larger: () => desk.picture.larger(),
  smaller: () => desk.picture.smaller(),
  fit: () => desk.picture.reset(),
  natural: () => desk.picture.natural(),
  lighter: () => desk.light.lighter(),
  darker: () => desk.light.darker(),
  unlit: () => desk.light.reset(),
});
