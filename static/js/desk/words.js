// The response as words: how they look, what they are called, and how mouse and touch select them.

import { made, shareText, textOf } from "../page.js";
import { isInsertion, isOver } from "./fold.js";

/** All that a person goes through: judgements, and what is left of the flags. [{first, end, judgement?}, …] */
export function stopsOf(judgements, flags) {
  const left = flags.flatMap(([first, end]) => uncovered(first, end, judgements));
  const stops = [...judgements.map((judgement) => ({ first: judgement.first, end: judgement.end, judgement })), ...left];
  return stops.sort((one, other) => one.first - other.first || one.end - other.end);
}

function uncovered(first, end, judgements) {
  const runs = [];
  let start = first;
  for (const judgement of judgements.filter((other) => isOver(other, first, end))) {
    if (start < judgement.first) runs.push({ first: start, end: judgement.first });
    start = Math.max(start, judgement.end);
  }
  return start < end ? [...runs, { first: start, end }] : runs;
}

export class Words {
  /**
   * `onSelect(anchor, focus, isWhole)`: the range between two words; `isWhole` widens it to the run that the word belongs to.
   * `onSlot(slot, isMissing)`: a place between two words, or what is missing there; slot n is before word n, the last one after all.
   */
  constructor(root, { onSelect, onSlot }) {
    Object.assign(this, { root, onSelect, onSlot });
    this.dragFrom = null;
    root.addEventListener("pointerdown", (event) => this.onDown(event));
    root.addEventListener("pointerover", (event) => this.onOver(event));
    addEventListener("pointerup", () => (this.dragFrom = null));
    root.addEventListener("click", (event) => this.onClick(event));
  }

  show(data) {
    this.data = data;
    this.quotes = data.pieces.filter((_, place) => place % 2);
    this.words = this.quotes.map(wordElement);
    this.slots = data.pieces.filter((_, place) => place % 2 === 0).map((text) => made("span", "gap", text)); // even where nothing stands between two words
    this.slots.at(-1).dataset.last = "";
    this.root.replaceChildren(...this.paragraphs());
    this.looks = new Map(); // element -> {classes, label}, of those that look unlike others
    this.putIn = new Map(); // name -> the text that was put in, an element
    this.atHand = null; // the word that the Tab key leads to
    this.dragFrom = null;
  }

  /** A line break ends a block of its own, with its own direction, so that what is put in moves no other words. */
  paragraphs() {
    const block = () => Object.assign(made("div"), { dir: "auto" });
    const blocks = [block()];
    this.slots.forEach((slot, number) => {
      blocks.at(-1).append(slot);
      if (slot.textContent.endsWith("\n")) blocks.push(block());
      blocks.at(-1).append(this.words[number] ?? "");
    });
    return blocks;
  }

  get count() {
    return this.words.length;
  }

  quote(first, end) {
    return this.data.pieces.slice(2 * first + 1, 2 * end).join("").replace(/\s*[\n\r]\s*/g, " "); // an input has one line
  }

  focus(first, end = first + 1) {
    const element = (first === end && this.putIn.get(`at ${first}`)) || this.words[Math.min(first, this.count - 1)];
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "nearest" });
  }

  /** Show judgements, flags and selection. Only what looks unlike others is looked at, and only what changed is touched. */
  render(stops, selection, now = null) {
    this.now = now;
    const looks = new Map();
    const lookOf = (element) => looks.get(element) ?? looks.set(element, { classes: "", label: null }).get(element);
    stops.forEach((stop, index) => isInsertion(stop) || this.dress(stop, index, stops.length, lookOf));
    if (now) this.compare(now, lookOf);
    if (selection) this.mark(selection, lookOf);
    for (const element of this.looks.keys()) if (!looks.has(element)) this.set(element, "", null);
    for (const [element, { classes, label }] of looks) {
      const before = this.looks.get(element);
      if (before?.classes !== classes || before.label !== label) this.set(element, classes, label);
    }
    this.looks = looks;
    this.hold(this.words[Math.min(selection ? selection.focus : (stops[0]?.first ?? 0), this.count - 1)]);
    this.showPutIn(stops, selection);
  }

  dress(stop, index, total, lookOf) {
    const { classes, told } = this.looksOf(stop);
    const flag = textOf("flagOf", { number: index + 1, total });
    for (let number = stop.first; number < stop.end; number++) {
      const level = stop.judgement ? "" : ` doubt doubt-${this.data.levels[number]}`;
      const look = lookOf(this.words[number]);
      look.classes += ` ${classes}${level}`;
      look.label = [this.quotes[number], ...told(number), flag].join(", ");
      if (number + 1 < stop.end) lookOf(this.slots[number + 1]).classes += ` ${classes}${level}`;
    }
    if (stop.judgement?.text === null) lookOf(this.slots[stop.end]).classes += ` after-${stop.judgement.verdict}`;
  }

  compare({ changed, threshold }, lookOf) {
    for (const [number, value] of changed) {
      const isWorse = value < this.data.grounded[number];
      const told = value < threshold ? "nowDoubtful" : isWorse ? "nowWeaker" : "nowSupported";
      const look = lookOf(this.words[number]);
      look.classes += isWorse ? " is-worse" : " is-better";
      look.label = [look.label ?? this.quotes[number], textOf(told), shareText(value)].join(", ");
    }
  }

  looksOf({ judgement }) {
    if (!judgement) return { classes: "is-flag", told: (number) => [textOf("doubtful"), shareText(this.data.grounded[number])] };
    const { verdict, kind, absent, text } = judgement;
    if (verdict === "right") return { classes: "is-right", told: () => [textOf("right")] };
    const now = text === null ? "" : text ? textOf("replacedBy", { text }) : textOf("deleted");
    const told = [textOf("wrong"), kind && textOf(kind), absent && textOf("notInPicture"), now].filter(Boolean);
    return { classes: text === null ? "is-wrong" : "is-wrong is-replaced", told: () => told };
  }

  mark({ first, end }, lookOf) {
    for (let number = first; number < end; number++) {
      lookOf(this.words[number]).classes += ` is-selected${number === first ? " at-start" : ""}${number === end - 1 ? " at-end" : ""}`;
      if (number + 1 < end) lookOf(this.slots[number + 1]).classes += " is-selected";
    }
  }

  set(element, classes, label) {
    const { n } = element.dataset;
    element.className = (n ? "word" : "gap") + classes;
    const name = label ?? this.quotes[n];
    if (n && element.ariaLabel !== name) element.ariaLabel = name;
  }

  hold(word) {
    if (word === this.atHand) return;
    if (this.atHand) this.atHand.tabIndex = -1;
    word.tabIndex = 0;
    this.atHand = word;
    const dir = word.parentElement.matches(":dir(rtl)") ? "rtl" : "ltr"; // of its line
    if (this.root.dir !== dir) this.root.dir = dir;
  }

  showPutIn(stops, selection) {
    const wanted = new Map(stops.filter((stop) => stop.judgement?.text).map((stop) => [nameOf(stop), stop]));
    for (const [name, ins] of this.putIn) {
      if (wanted.get(name)?.judgement.text === ins.textContent) continue;
      ins.remove();
      this.putIn.delete(name);
    }
    for (const [name, stop] of wanted) {
      const ins = this.putIn.get(name) ?? this.insertElement(name, stop);
      const value = this.now?.edits.get(`${stop.first},${stop.end}`) ?? null;
      const isSelected = isInsertion(stop) && selection?.first === stop.first && selection.end === stop.end;
      const classes = `${isInsertion(stop) ? "is-missing" : ""}${isSelected ? " is-selected at-start at-end" : ""}${value !== null && value < this.now.threshold ? " is-doubted" : ""}`;
      const title = value === null ? "" : textOf("grounded", { value: shareText(value) });
      if (ins.className !== classes) ins.className = classes;
      if (ins.title !== title) ins.title = title;
    }
  }

  insertElement(name, { first, end, judgement: { text } }) {
    const ins = made("ins", "", text);
    ins.dir = "auto";
    if (first === end) {
      ins.role = "button";
      ins.ariaLabel = textOf("missingText", { text });
      ins.tabIndex = -1;
      ins.dataset.at = first;
      (this.words[first] ?? this.slots.at(-1)).before(ins);
    } else {
      this.words[end - 1].after(ins);
    }
    this.putIn.set(name, ins);
    return ins;
  }

  numberAt(event) {
    const word = event.target.closest?.(".word");
    return word ? Number(word.dataset.n) : null;
  }

  onDown(event) {
    const number = this.numberAt(event);
    this.hasDragged = false;
    if (number === null || event.button !== 0 || event.pointerType === "touch") return;
    this.dragFrom = number;
  }

  onOver(event) {
    const number = this.numberAt(event);
    if (number === null || this.dragFrom === null || !event.buttons) return;
    if (number !== this.dragFrom) this.hasDragged = true;
    if (this.hasDragged) this.onSelect(this.dragFrom, number, false);
  }

  onClick(event) {
    const number = this.numberAt(event);
    const hasDragged = this.hasDragged;
    this.hasDragged = false;
    if (hasDragged) return;
    if (number === null) {
      this.onOther(event);
      return;
    }
    if (event.shiftKey) this.onSelect(null, number, false);
    else this.onSelect(number, number, true);
  }

  /** A gap is too small for a finger, which has buttons for it. */
  onOther(event) {
    const missing = event.target.closest("ins[data-at]");
    const gap = event.pointerType !== "touch" && !event.shiftKey && event.target.closest(".gap");
    if (missing) this.onSlot(Number(missing.dataset.at), true);
    else if (gap) this.onSlot(this.slots.indexOf(gap), false);
  }
}

function nameOf({ first, end }) {
  return first === end ? `at ${first}` : `after ${end}`;
}

function wordElement(text, number) {
  const word = made("span", "word", text);
  word.role = "button";
  word.ariaLabel = text;
  word.tabIndex = -1;
  word.dataset.n = number;
  return word;
}
