// What keys and buttons do, by name.

import * as dialogs from "./dialogs.js";
import { replaceInline } from "./replace.js";

const element = (id) => document.getElementById(id);

/** The acts of one desk: {name: function}. */
export const actsOf = (desk) => ({
  confirm: () => desk.selection && desk.judge(desk.isFlagged() ? "confirm" : "flag", desk.inheritedKind()),
  clear: () => desk.judge("clear"),
  flag: () => desk.selection && desk.judge("flag", desk.inheritedKind()),
  kind: (number) => {
    if (!desk.selection) return;
    const kind = desk.page.kinds[number];
    desk.judge("kind", { kind: desk.current?.judgement?.kind === kind ? null : kind });
  },
  replace: () => {
    if (!desk.selection || desk.folded.status !== "draft") return;
    const { first, end } = desk.selection;
    const old = desk.current?.judgement?.text ?? desk.words.quote(first, end);
    replaceInline(desk.words, end - 1, old, (text) => {
      desk.words.focus(first);
      if (text !== null) desk.judge("replace", { text });
    });
  },
  confirmAll: () => desk.confirmAll(),
  accept: (number) => desk.accept(number),
  evidence: () => desk.toggleEvidence(),
  remove: () => desk.judge("replace", { text: "" }),
  undo: () => desk.folded.undoable && desk.act("undo"),
  redo: () => desk.folded.redoable && desk.act("redo"),
  nextStop: () => desk.toStop(desk.stops.find((stop) => stop.first > (desk.selection?.first ?? -1)) ?? desk.stops[0]),
  previousStop: () => desk.toStop(desk.stops.findLast((stop) => stop.first < (desk.selection?.first ?? Infinity)) ?? desk.stops.at(-1)),
  nextWord: () => desk.toWord((desk.selection?.focus ?? -1) + 1),
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
  larger: () => desk.picture.larger(),
  smaller: () => desk.picture.smaller(),
  fit: () => desk.picture.reset(),
  natural: () => desk.picture.natural(),
});
