// What a person's events add up to; the same rules as annotator/services/folding.py, tested by the same cases (tests/data/folds.json).
// Events are {act, payload}; flags are runs [first, end) of word numbers. Nothing here touches the page.

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
  const { first, end } = payload;
  const rest = judgements.flatMap((older) => without(older, first, end));
  return [...rest, newest(judgements, act, payload, flags)].sort((one, other) => one.first - other.first);
}

function newest(judgements, act, payload, flags) {
  const { first, end } = payload;
  const source = sourceOf(judgements, act, payload, flags);
  if (act === "clear") return { first, end, verdict: "right", kind: null, text: null, source };
  const same = judgements.find((old) => old.first === first && old.end === end && old.verdict === "wrong");
  let kind = same?.kind ?? null;
  let text = same?.text ?? null;
  if (act === "kind" || payload.kind) kind = payload.kind || null;
  if (act === "replace") text = payload.text;
  return { first, end, verdict: "wrong", kind, text, source };
}

function sourceOf(judgements, act, { first, end }, flags) {
  if (flags.some(([start, stop]) => overlap(start, stop, first, end))) return "flag";
  const before = judgements.find((old) => overlap(old.first, old.end, first, end));
  if (before) return before.source;
  return act === "confirm" || act === "clear" ? "flag" : "hand";
}

function without(older, first, end) {
  if (!overlap(older.first, older.end, first, end)) return [older];
  return [[older.first, first], [end, older.end]]
    .filter(([start, stop]) => start < stop)
    .map(([start, stop]) => ({ ...older, first: start, end: stop, text: null }));
}

/** Whether the half-open ranges share at least one word. */
export function overlap(first, end, start, stop) {
  return first < stop && start < end;
}
