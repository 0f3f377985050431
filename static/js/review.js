// Settling a review: decisions live in the page, word numbers only, until one request sends them all.

import { dataOf, element, made as create, press, say, textOf } from "./page.js";

const KEYS = { j: "next", k: "previous", x: "right", c: "wrong", r: "replace", u: "undo", a: "takeAll", Enter: "settle" };
const { differences } = dataOf("review-data");
const sections = [...document.querySelectorAll("[data-difference]")];
const form = element("settle");
const part = (number, name) => sections[number].querySelector(`[data-part="${name}"]`);
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

const { comment } = form.elements;
const { kept } = form.dataset; // the name of what the tab keeps until it is settled: the session may end before

let decisions = JSON.parse(sessionStorage[kept] ?? null) ?? differences.map(({ settled }) => settled); // judgements, or null: undecided
const past = [];
let current = 0;

function whole(number, verdict, text = null) {
  const { first, end } = differences[number];
  return [{ first, end, verdict, kind: verdict === "wrong" ? kindOf(number) : null, text }];
}

/** Whether it lies between two words. */
const isPlace = () => differences[current].first === differences[current].end;

/** The kind of the decision so far, or the one that all who name one agree on. */
function kindOf(number) {
  const said = decisions[number] ?? differences[number].takes.flat();
  const kinds = new Set(said.map(({ kind }) => kind).filter(Boolean));
  return kinds.size === 1 ? [...kinds][0] : null;
}

function decide(made) {
  past.push(decisions);
  decisions = made;
  render();
}

function decideOne(number, judgements) {
  decide(decisions.with(number, judgements));
  advance();
}

function advance() {
  const open = (number) => decisions[number] === null;
  const following = [...differences.keys()].filter(open);
  if (following.length) go(following.find((number) => number > current) ?? following[0]);
  else {
    element("settle-button").focus();
    say("allDecided");
  }
}

function go(number) {
  current = (number + sections.length) % sections.length;
  render();
  sections[current].focus({ preventScroll: true });
  sections[current].scrollIntoView({ block: "nearest" });
}

const acts = {
  next: () => go(current + 1),
  previous: () => go(current - 1),
  take: (person) => differences[current].takes[person] && decideOne(current, differences[current].takes[person]),
  takeAll: (person = 0) => {
    decide(differences.map(({ takes }) => takes[person]));
    advance();
  },
  right: () => decideOne(current, whole(current, "right")),
  wrong: () => (isPlace() ? acts.replace() : decideOne(current, whole(current, "wrong"))),
  replace: () => {
    const input = part(current, "text");
    const said = [...(decisions[current] ?? []), ...differences[current].takes.flat()].find(({ text }) => text);
    input.value = said?.text ?? "";
    part(current, "writing").hidden = false;
    input.focus();
    input.select();
  },
  write: () => {
    part(current, "writing").hidden = true;
    const text = part(current, "text").value.trim();
    if (!text && isPlace()) acts.right();
    else decideOne(current, whole(current, "wrong", text));
  },
  undo: () => {
    if (!past.length) return;
    const before = past.pop();
    const changed = decisions.findIndex((made, number) => !isSame(made, before[number]));
    decisions = before;
    say("undone");
    go(Math.max(0, changed));
  },
  settle: () => form.requestSubmit(),
};

function render() {
  sections.forEach((section, number) => {
    const made = decisions[number];
    const { takes } = differences[number];
    section.classList.toggle("is-current", number === current);
    section.ariaCurrent = number === current;
    part(number, "state").textContent = textOf(made ? "decided" : "undecided");
    for (const button of section.querySelectorAll("[aria-pressed]")) {
      press(button, isSame(made, takes[button.dataset.argument] ?? whole(number, button.dataset.act)));
    }
    part(number, "kind").disabled = !made?.some((one) => one.verdict === "wrong");
    part(number, "kind").value = made ? (kindOf(number) ?? "") : "";
    const row = part(number, "decided");
    for (const old of row.querySelectorAll(".say")) old.remove();
    row.append(...(made ?? []).map(cellOf));
  });
  element("undecided").hidden = true;
  sessionStorage[kept] = JSON.stringify(decisions);
}

function cellOf({ first, end, verdict, kind, text }) {
  const isPlace = first === end;
  if (verdict === "right") return cell(end - first, "say is-right", textOf(isPlace ? "notMissing" : "right"));
  const said = cell(end - first, "say is-wrong", textOf(isPlace ? "missing" : "wrong") + (kind ? `, ${textOf(kind)}` : ""));
  if (text === null) return said;
  const now = create(text ? "ins" : "span", "", text || textOf("deleted"));
  now.dir = "auto";
  said.append(" ", now);
  return said;
}

function cell(span, classes, text) {
  const one = create("td", classes, text);
  one.colSpan = span;
  return one;
}

for (const control of document.querySelectorAll("[data-act]")) {
  control.addEventListener("click", () => {
    const section = control.closest("[data-difference]");
    if (section) current = Number(section.dataset.difference);
    acts[control.dataset.act](control.dataset.argument);
  });
}
for (const [number, section] of sections.entries()) {
  section.addEventListener("pointerdown", () => {
    current = number;
    render();
  });
  part(number, "kind").addEventListener("change", (event) => {
    const kind = event.target.value || null;
    const made = decisions[number].map((one) => (one.verdict === "wrong" ? { ...one, kind } : one));
    decide(decisions.with(number, made));
  });
  part(number, "text").addEventListener("keydown", (event) => {
    if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") acts.write();
    else {
      part(number, "writing").hidden = true;
      go(number);
    }
  });
}

addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.isComposing) return;
  const target = event.target instanceof Element ? event.target : document.body;
  if (target.closest("input, textarea, select, summary")) return;
  if (event.key === "Enter" && target.closest("a, button")) return; // the focused control's own key
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key; // Caps Lock changes nothing
  if (!/^[1-9]$/.test(key) && !KEYS[key]) return;
  if (!sections.length && key !== "Enter") return;
  event.preventDefault();
  if (KEYS[key]) acts[KEYS[key]]();
  else acts.take(Number(key) - 1);
});

form.addEventListener("submit", (event) => {
  const open = decisions.indexOf(null);
  if (open >= 0) {
    event.preventDefault();
    go(open);
    element("undecided").textContent = textOf("notDecided", { count: decisions.filter((made) => made === null).length });
    element("undecided").hidden = false;
    return;
  }
  past.length = 0;
  form.elements.decisions.value = JSON.stringify(decisions.flat());
});

addEventListener("beforeunload", (event) => {
  if (past.length) event.preventDefault(); // what was decided is gone with the tab
});

comment.value = sessionStorage[kept + "comment"] ?? comment.value;
comment.addEventListener("input", () => (sessionStorage[kept + "comment"] = comment.value));

render();
