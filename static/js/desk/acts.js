// What keys and buttons do, by name.

import { element, say } from "../page.js";
import * as dialogs from "./dialogs.js";
import { PAN, STEP } from "./picture.js";
import { page } from "./server.js";
import { askForMissing, askForReplacement, putMissing, selectedMissing, takeMissing } from "./writing.js";

const LIGHTER = 1.25;
const REACH = 1; // words that may lie between two runs that are joined

/** Where a run stands among the others: something missing before the word at its place. */
const placeOf = ({ first, end }) => (first === end ? first - 0.5 : first);

const toPrevious = () => element("previous").hidden || element("previous").click();

export const actsOf = (desk) => ({
  confirm: () => desk.selection && desk.judge(desk.isFlagged() ? "confirm" : "flag", desk.inheritedKind()),
  clear: () => (selectedMissing(desk) ? takeMissing(desk, desk.selection.first) : desk.judge("clear")),
  flag: () => desk.selection && desk.judge("flag", desk.inheritedKind()),
  kind: (number) => {
    const kind = desk.current?.judgement?.kind === page.kinds[number] ? null : page.kinds[number];
    const missing = selectedMissing(desk);
    if (missing) putMissing(desk, missing.first, missing.text, kind);
    else desk.judge("kind", { kind });
  },
  replace: () => askForReplacement(desk),
  confirmAll: () => desk.confirmAll(),
  accept: (number) => desk.advice.accept(number),
  evidence: () => desk.advice.toggleEvidence(),
  remove: () => (selectedMissing(desk) ? takeMissing(desk, desk.selection.first) : desk.judge("replace", { text: "" })),
  insert: () => askForMissing(desk, desk.selection?.end ?? 0),
  split: () => split(desk),
  join: () => join(desk),
  draw: () => desk.boxes.toggle(),
  absent: () => desk.boxes.toggleAbsent(),
  undo: (_, isHeld) => (desk.folded.undoable ? desk.step("undo") : isHeld || toPrevious()), // where the next one takes back the submit
  redo: () => desk.step("redo"),
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
  keys: () => lately(() => import("./ownkeys.js"), () => dialogs.open("keys-dialog")),
  instructions: () => dialogs.toggle("instructions-dialog"),
  previous: toPrevious,
  history: () => lately(() => import("./history.js"), (module) => module?.openHistory()),
  larger: () => desk.picture.zoom(STEP),
  smaller: () => desk.picture.zoom(1 / STEP),
  fit: () => desk.picture.reset(),
  natural: () => desk.picture.natural(),
  panLeft: () => desk.picture.pan(-PAN, 0),
  panRight: () => desk.picture.pan(PAN, 0),
  panUp: () => desk.picture.pan(0, -PAN),
  panDown: () => desk.picture.pan(0, PAN),
  lighter: () => desk.picture.shine(desk.picture.light * LIGHTER),
  darker: () => desk.picture.shine(desk.picture.light / LIGHTER),
  unlit: () => desk.picture.shine(1),
});

/** What few need comes when it is first needed, and not at all while the server is away. */
async function lately(load, perform) {
  perform(await load().catch(() => say("unreachable")));
}

const wrongRuns = (desk) => desk.folded.judgements.filter(({ first, end, verdict }) => verdict === "wrong" && first < end);

/** Like a join, a split is a flag: its words leave older judgements. */
function split(desk) {
  if (!desk.isOpen) return;
  const at = desk.selection?.focus;
  const run = wrongRuns(desk).find(({ first, end }) => first < at && at < end);
  if (!run) {
    say("noSplit");
    return;
  }
  desk.act("flag", { first: at, end: run.end, kind: run.kind });
  desk.select(at, run.end);
  say("splitBefore", { quote: desk.words.quote(at, at + 1) });
}

function join(desk) {
  if (!desk.isOpen) return;
  const at = desk.selection?.focus;
  const runs = wrongRuns(desk);
  const place = runs.findIndex(({ first, end }) => first <= at && at < end);
  const pairs = place < 0 ? [] : [runs.slice(place, place + 2), runs.slice(Math.max(0, place - 1), place + 1)];
  const pair = pairs.find(([one, other]) => other && other.first - one.end <= REACH);
  if (!pair) {
    say("noJoin");
    return;
  }
  const [{ first, kind }, { end, kind: other }] = pair;
  desk.act("flag", { first, end, kind: kind ?? other });
  desk.select(first, end);
  say("joined", { quote: desk.words.quote(first, end) });
}
