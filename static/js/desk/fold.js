// What events add up to, by the rules of annotator/services/folding.py and tested by the same cases (tests/data/folds.json).
// Events are {act, payload}; flags are runs [first, end) of word numbers.

const EMPTY = Object.freeze({ judgements: [], comment: "", status: "draft", rest_checked: false, skip_reason: "" });

/** The state after all events, in order. Throws for an act after submit or skip other than undo. */
export function fold(events, flags = []) {
  const past = [];
  let present = EMPTY;
  let future = [];
  for (const event of events) {
    if (event.act === "undo") {
      if (past.length) {
        future.push(present);
        present = past.pop();
      }
    } else if (event.act === "redo") {
      if (future.length) {
        past.push(present);
        present = future.pop();
      }
    } else {
      past.push(present);
      present = after(present, event, flags);
      future = [];
    }
  }
  return { ...present, undoable: past.length > 0, redoable: future.length > 0 };
}

function after(state, { act, payload = {} }, flags) {
  if (state.status !== "draft") throw new Error(`The annotation is ${state.status}: take that back before anything else`);
  switch (act) {
    case "submit":
      return { ...state, status: "submitted", rest_checked: payload.rest_checked === true };
    case "skip":
      return { ...state, status: "skipped", skip_reason: payload.reason ?? "" };
    case "comment":
      return { ...state, comment: payload.text };
    default:
      return { ...state, judgements: judged(state.judgements, act, payload, flags) };
  }
}

function judged(judgements, act, payload, flags) {
  if (act === "insert") return inserted(judgements, payload);
  const { first, end } = payload;
  if (first === end) return judgements.map((old) => (isInsertion(old) && old.first === first ? { ...old, ...seen(payload) } : old));
  const latest = newest(judgements, act, payload, flags);
  const rest = judgements.flatMap((older) => without(older, first, end)).filter((piece) => !isReplaced(piece, latest));
  return inOrder([...rest, latest]);
}

function inOrder(judgements) {
  return judgements.sort((one, other) => one.first - other.first || one.end - other.end);
}

function inserted(judgements, { at, text, kind = null }) {
  const same = judgements.find((old) => isInsertion(old) && old.first === at);
  const rest = judgements.filter((old) => old !== same).map((old) => (old.first < at && at < old.end ? { ...old, text: null } : old));
  const before = same ?? { first: at, end: at, verdict: "wrong", source: "hand", box: null, absent: false };
  return inOrder(text ? [...rest, { ...before, kind, text }] : rest);
}

/** What is missing has no words. */
export function isInsertion({ first, end }) {
  return first === end;
}

/** Whether a new text stands where the insertion was. */
function isReplaced(piece, { first, end, text }) {
  return isInsertion(piece) && text !== null && first < piece.first && piece.first < end;
}

function seen({ box, absent }) {
  return { box: box ?? null, absent: absent ?? false };
}

function newest(judgements, act, payload, flags) {
  const { first, end } = payload;
  const source = sourceOf(judgements, act, payload, flags);
  if (act === "clear") return { first, end, verdict: "right", kind: null, text: null, source, ...seen({}) };
  const same = judgements.find((old) => old.first === first && old.end === end && old.verdict === "wrong");
  let kind = same?.kind ?? null;
  let text = same?.text ?? null;
  if (act === "kind" || payload.kind) kind = payload.kind || null;
  if (act === "replace") text = payload.text;
  const known = judgements.find((old) => isOver(old, first, end) && (old.box || old.absent));
  return { first, end, verdict: "wrong", kind, text, source, ...seen(act === "evidence" ? payload : (known ?? {})) };
}

function sourceOf(judgements, act, { first, end }, flags) {
  if (flags.some(([start, stop]) => overlap(start, stop, first, end))) return "flag";
  const before = judgements.find((old) => isOver(old, first, end));
  if (before) return before.source;
  return act === "confirm" || act === "clear" ? "flag" : "hand";
}

function without(older, first, end) {
  if (!isOver(older, first, end)) return [older];
  return [[older.first, first], [end, older.end]]
    .filter(([start, stop]) => start < stop)
    .map(([start, stop]) => ({ ...older, first: start, end: stop, text: null }));
}

/** Whether a judgement shares at least one word with [first, end); an insertion has none. */
export function isOver(judgement, first, end) {
  return !isInsertion(judgement) && overlap(judgement.first, judgement.end, first, end);
}

export function overlap(first, end, start, stop) {
  return first < stop && start < end;
}
