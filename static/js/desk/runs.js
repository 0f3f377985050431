// Wrong runs cut in two or made one. Both are a flag on a part or on the whole: a newer judgement takes its words from older ones.

const REACH = 1; // words that may lie between two runs that are joined

const wrongRuns = (desk) => desk.folded.judgements.filter(({ first, end, verdict }) => verdict === "wrong" && first < end);

/** Cut the wrong run around the focused word before it: two runs of the same kind. */
export function split(desk) {
  if (desk.folded.status !== "draft") return;
  const at = desk.selection?.focus;
  const run = wrongRuns(desk).find(({ first, end }) => first < at && at < end);
  if (!run) {
    desk.say("Nothing to split: go to a word inside a wrong run.");
    return;
  }
  desk.act("flag", { first: at, end: run.end, kind: run.kind });
  desk.select(at, run.end);
  desk.say(`Split before ${desk.words.quote(at, at + 1)}.`);
}

/** Make one run of the selected wrong one and of the next, or the one before, that is at most a word away. */
export function join(desk) {
  if (desk.folded.status !== "draft") return;
  const at = desk.selection?.focus;
  const runs = wrongRuns(desk);
  const place = runs.findIndex(({ first, end }) => first <= at && at < end);
  const pair = [[place, place + 1], [place - 1, place]].map((numbers) => numbers.map((number) => runs[number])).find(([one, other]) => one && other && other.first - one.end <= REACH);
  if (place < 0 || !pair) {
    desk.say("Nothing to join: no other wrong run is beside this one.");
    return;
  }
  const [{ first, kind }, { end, kind: other }] = pair;
  desk.act("flag", { first, end, kind: kind ?? other });
  desk.select(first, end);
  desk.say(`${desk.words.quote(first, end)}: one run.`);
}
