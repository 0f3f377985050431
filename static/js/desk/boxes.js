// Boxes that the annotator draws to show why words are wrong. They lie over the image and move with it.

import { element, made, press, say, textOf } from "../page.js";
import { held } from "./picture.js";

const STEP = 0.02; // of the picture's width or height, a key
const LEAST = 0.01; // smaller was a click
const BEGIN = [0.35, 0.35, 0.65, 0.65]; // for those who draw by keys
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

export class Boxes {
  constructor(stage, desk) {
    Object.assign(this, { stage, desk });
    this.target = null; // the range that a box is drawn for
    this.layer = made("div", "boxes");
    desk.picture.cover(this.layer);
    stage.addEventListener("pointerdown", (event) => this.onDown(event), true); // before the picture pans
    stage.addEventListener("pointermove", (event) => this.onMove(event), true);
    for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, (event) => this.onUp(event), true);
    addEventListener("keydown", (event) => this.onKey(event), true); // before the desk's own keys
  }

  get isDrawing() {
    return this.target !== null;
  }

  toggle() {
    const { selection, isOpen, current } = this.desk;
    if (this.isDrawing) this.stop();
    else if (selection && isOpen) {
      this.target = { first: selection.first, end: selection.end };
      this.draft = current?.judgement?.box ?? BEGIN;
      this.desk.render();
      say("drawBox");
    }
  }

  stop() {
    this.target = this.from = null;
    this.desk.render();
  }

  /** Keep what the picture shows, or shows nowhere; what was there before goes. */
  keep(box, absent = false) {
    const { first, end } = this.target ?? this.desk.selection;
    this.target = this.from = null;
    const quote = this.desk.quoteOf({ first, end, ...this.desk.current?.judgement });
    this.desk.act("evidence", { first, end, box: box && box.map((edge) => Math.round(10_000 * edge) / 10_000), absent });
    say(box ? "boxKept" : absent ? "isAbsent" : "noEvidence", { quote });
  }

  toggleAbsent() {
    if (this.desk.selection && this.desk.isOpen) this.keep(null, !this.desk.current?.judgement?.absent);
  }

  render() {
    const { folded, selection, current, isOpen } = this.desk;
    if (this.isDrawing && (!isOpen || !isSame(this.target, selection))) this.target = this.from = null;
    const judged = folded.judgements.filter((one) => one.box && !(this.isDrawing && isSame(one, this.target)));
    const shown = judged.map((one) => {
      const name = textOf("boxOf", { quote: this.desk.quoteOf(one) });
      return { box: one.box, name, className: isSame(one, selection) ? "box is-selected" : "box" };
    });
    if (this.isDrawing) shown.push({ box: this.draft, name: textOf("boxDrawn"), className: "box is-drawn" });
    const now = JSON.stringify(shown);
    if (now !== this.shown) this.layer.replaceChildren(...shown.map(boxElement));
    this.shown = now;
    this.stage.toggleAttribute("data-drawing", this.isDrawing);
    press(element("draw"), this.isDrawing);
    press(element("absent"), Boolean(current?.judgement?.absent));
  }

  shareAt(event) {
    const { left, top, width, height } = this.layer.getBoundingClientRect();
    return [held((event.clientX - left) / width, 0, 1), held((event.clientY - top) / height, 0, 1)];
  }

  onDown(event) {
    if (!this.isDrawing || event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    this.from = this.shareAt(event);
    this.stage.setPointerCapture(event.pointerId);
  }

  onMove(event) {
    if (!this.from) return;
    event.stopPropagation();
    this.draft = between(this.from, this.shareAt(event));
    this.render();
  }

  onUp(event) {
    if (!this.from) return;
    event.stopPropagation();
    this.from = null;
    const [left, top, right, bottom] = this.draft;
    if (event.type === "pointerup" && right - left >= LEAST && bottom - top >= LEAST) this.keep(this.draft);
  }

  onKey(event) {
    if (!this.isDrawing || event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, textarea, select, dialog")) return;
    const move = MOVES[event.key];
    if (move) this.draft = event.shiftKey ? resized(this.draft, move) : moved(this.draft, move);
    else if (event.key === "Enter") this.keep(this.draft);
    else if (event.key === "Escape") this.stop();
    else if (event.key === "Delete" || event.key === "Backspace") this.keep(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
    this.render();
  }
}

function isSame(one, other) {
  return one.first === other?.first && one.end === other.end;
}

function between([x, y], [otherX, otherY]) {
  return [Math.min(x, otherX), Math.min(y, otherY), Math.max(x, otherX), Math.max(y, otherY)];
}

function moved([left, top, right, bottom], [x, y]) {
  const by = [held(x, -left, 1 - right), held(y, -top, 1 - bottom)];
  return [left + by[0], top + by[1], right + by[0], bottom + by[1]];
}

function resized([left, top, right, bottom], [x, y]) {
  return [left, top, held(right + x, left + STEP, 1), held(bottom + y, top + STEP, 1)];
}

function boxElement({ box: [left, top, right, bottom], name, className }) {
  const box = made("div", className);
  box.role = "img";
  box.ariaLabel = name;
  const shares = { left, top, width: right - left, height: bottom - top };
  for (const [side, share] of Object.entries(shares)) box.style[side] = `${100 * share}%`;
  return box;
}
