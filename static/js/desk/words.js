// The response as words: what each looks like and is called, which are selected, and how mouse and touch select them.

import { overlap } from "./fold.js";

/** All runs that a person goes through, in order: judgements, and what is left of the flags. {first, end, judgement?} */
export function stopsOf(judgements, flags) {
  const left = flags.flatMap(([first, end]) => uncovered(first, end, judgements));
  const stops = [...judgements.map((judgement) => ({ first: judgement.first, end: judgement.end, judgement })), ...left];
  return stops.sort((one, other) => one.first - other.first);
}

function uncovered(first, end, judgements) {
  const runs = [];
  let start = first;
  for (const judgement of judgements.filter((other) => overlap(other.first, other.end, first, end))) {
    if (start < judgement.first) runs.push({ first: start, end: judgement.first });
    start = Math.max(start, judgement.end);
  }
  return start < end ? [...runs, { first: start, end }] : runs;
}

export class Words {
  /** `onSelect(anchor, focus, isWhole)`: the range between two words; `isWhole` widens it to the run that the word belongs to. */
  constructor(root, onSelect) {
    this.root = root;
    this.onSelect = onSelect;
    this.dragFrom = null;
    root.addEventListener("pointerdown", (event) => this.onDown(event));
    root.addEventListener("pointerover", (event) => this.onOver(event));
    addEventListener("pointerup", () => (this.dragFrom = null));
    root.addEventListener("click", (event) => this.onClick(event));
  }

  /** Another item: every word and every gap becomes an element of its own. */
  show(data) {
    this.data = data;
    this.quotes = data.pieces.filter((_, place) => place % 2);
    this.words = this.quotes.map(wordElement);
    this.gaps = []; // gap n stands after word n
    const shown = [];
    data.pieces.forEach((text, place) => {
      if (place % 2) shown.push(this.words[(place - 1) / 2]);
      else if (place > 0 && place < data.pieces.length - 1) shown.push(this.gapAfter(text)); // even where nothing stands between two words
      else if (text) shown.push(textElement("edge", text));
    });
    this.root.replaceChildren(...shown);
    this.shown = new Map();
    this.dragFrom = null;
  }

  gapAfter(text) {
    const gap = textElement("gap", text);
    this.gaps.push(gap);
    return gap;
  }

  get count() {
    return this.words.length;
  }

  /** The words [first, end) as they are read. */
  quote(first, end) {
    return this.quotes.slice(first, end).join(" ");
  }

  focus(number) {
    this.words[number].focus({ preventScroll: true });
    this.words[number].scrollIntoView({ block: "nearest" });
  }

  /** Show judgements, flags and selection; only what changed is touched. */
  render(stops, selection, now = null) {
    this.now = now;
    const looks = this.words.map(() => ({ classes: "word", label: null }));
    const joins = this.gaps.map(() => "gap");
    stops.forEach((stop, index) => this.dress(stop, index, stops.length, looks, joins));
    if (now) this.compare(now, looks);
    if (selection) this.mark(selection, looks, joins);
    const current = selection ? selection.focus : (stops[0]?.first ?? 0);
    looks.forEach((look, number) => {
      this.set(this.words[number], `w${number}`, look.classes, look.label ?? this.quotes[number], number === current ? 0 : -1);
    });
    joins.forEach((classes, number) => this.set(this.gaps[number], `g${number}`, classes));
    this.insert(stops);
  }

  dress(stop, index, total, looks, joins) {
    const { classes, told } = this.looksOf(stop);
    for (let number = stop.first; number < stop.end; number++) {
      const level = stop.judgement ? "" : ` doubt doubt-${this.data.levels[number]}`;
      looks[number].classes += ` ${classes}${level}`;
      looks[number].label = `${this.quotes[number]}, ${told(number)}, flag ${index + 1} of ${total}`;
      if (number + 1 < stop.end) joins[number] += ` ${classes}${level}`;
    }
    looks[stop.end - 1].classes += " is-last";
  }

  /** Words that an edit made more or less doubtful than they were. */
  compare({ words, threshold }, looks) {
    words.forEach((value, number) => {
      const before = this.data.grounded[number];
      if (value === null || value < threshold === before < threshold) return;
      const isWorse = value < threshold;
      looks[number].classes += isWorse ? " is-worse" : " is-better";
      looks[number].label = `${looks[number].label ?? this.quotes[number]}, now ${isWorse ? "doubtful" : "supported"}, ${value.toFixed(2)}`;
    });
  }

  looksOf({ judgement }) {
    if (!judgement) return { classes: "is-flag", told: (number) => `doubtful, ${this.data.grounded[number].toFixed(2)}` };
    if (judgement.verdict === "right") return { classes: "is-right", told: () => "right" };
    const kind = judgement.kind ? `, ${judgement.kind}` : "";
    if (judgement.text === null) return { classes: "is-wrong", told: () => `wrong${kind}` };
    const now = judgement.text ? `replaced by ${judgement.text}` : "deleted";
    return { classes: "is-wrong is-replaced", told: () => `wrong${kind}, ${now}` };
  }

  mark({ first, end }, looks, joins) {
    for (let number = first; number < end; number++) {
      const edges = `${number === first ? " at-start" : ""}${number === end - 1 ? " at-end" : ""}`;
      looks[number].classes += ` is-selected${edges}`;
      if (number + 1 < end) joins[number] += " is-selected";
    }
  }

  set(element, name, classes, label, tabindex) {
    const wanted = `${classes}|${label}|${tabindex}`;
    if (this.shown.get(name) === wanted) return;
    this.shown.set(name, wanted);
    element.className = classes;
    if (label === undefined) return;
    element.setAttribute("aria-label", label);
    element.tabIndex = tabindex;
  }

  /** Replacements stand after the words that they replace. */
  insert(stops) {
    const replaced = stops.filter((stop) => stop.judgement?.text);
    const wanted = new Map(replaced.map((stop) => [stop.end - 1, stop.judgement.text]));
    for (const old of this.root.querySelectorAll("ins")) {
      if (wanted.get(Number(old.dataset.after)) === old.textContent) wanted.delete(Number(old.dataset.after));
      else old.remove();
    }
    for (const [number, text] of wanted) {
      const ins = document.createElement("ins");
      ins.dataset.after = number;
      ins.dir = "auto";
      ins.textContent = text;
      this.words[number].after(ins);
    }
    for (const stop of replaced) {
      const value = this.now?.edits.get(stop.first) ?? null;
      const ins = this.root.querySelector(`ins[data-after="${stop.end - 1}"]`);
      ins.classList.toggle("is-doubted", value !== null && value < this.now.threshold);
      ins.title = value === null ? "" : `grounded ${value.toFixed(2)}`;
    }
  }

  numberAt(event) {
    const word = event.target.closest?.(".word");
    return word ? Number(word.dataset.n) : null;
  }

  onDown(event) {
    const number = this.numberAt(event);
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
    if (number === null || hasDragged) return;
    if (event.shiftKey) this.onSelect(null, number, false);
    else this.onSelect(number, number, true);
  }
}

function wordElement(text, number) {
  const element = textElement("word", text);
  element.setAttribute("role", "button");
  element.dataset.n = number;
  return element;
}

function textElement(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}
