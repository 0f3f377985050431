// Where the picture shows it: boxes that the annotator draws for judged words. They lie over the image and move with it.

const STEP = 0.02; // of the picture's width or height that an arrow key moves or resizes a box
const LEAST = 0.01; // of the same: a smaller box was a click
const BEGIN = [0.35, 0.35, 0.65, 0.65]; // for those who draw by keys
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

export class Boxes {
  constructor(stage, desk) {
    Object.assign(this, { stage, desk });
    this.target = null; // the range that a box is drawn for
    this.layer = document.createElement("div");
    this.layer.className = "boxes";
    desk.picture.cover(this.layer);
    stage.addEventListener("pointerdown", (event) => this.onDown(event), true); // before the picture pans
    stage.addEventListener("pointermove", (event) => this.onMove(event), true);
    for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, (event) => this.onUp(event), true);
    addEventListener("keydown", (event) => this.onKey(event), true); // before the desk's own keys
  }

  get isDrawing() {
    return this.target !== null;
  }

  /** Draw a box for what is selected, or stop drawing. */
  toggle() {
    const { selection, folded, current } = this.desk;
    if (this.isDrawing) this.stop();
    else if (selection && folded.status === "draft") {
      this.target = { first: selection.first, end: selection.end };
      this.draft = current?.judgement?.box ?? BEGIN;
      this.desk.render();
      this.desk.say("Drag a box over the picture, or move it with the arrow keys. Enter keeps it, Escape leaves.");
    }
  }

  stop() {
    this.target = this.from = null;
    this.desk.render();
  }

  /** Keep what the picture shows, or shows nowhere, with the words; what was there before goes. */
  keep(box, absent = false) {
    const { first, end } = this.target ?? this.desk.selection;
    this.target = this.from = null;
    const quote = this.desk.words.quote(first, end) || this.desk.current?.judgement?.text;
    this.desk.act("evidence", { first, end, box: box && box.map((edge) => Math.round(10_000 * edge) / 10_000), absent });
    this.desk.say(`${quote}: ${box ? "box kept" : absent ? "not in the picture" : "nothing said about the picture"}.`);
  }

  /** Say that what the words speak of is not in the picture, or take it back. */
  toggleAbsent() {
    if (this.desk.selection && this.desk.folded.status === "draft") this.keep(null, !this.desk.current?.judgement?.absent);
  }

  render() {
    const { folded, selection, current } = this.desk;
    if (this.isDrawing && (folded.status !== "draft" || !isSame(this.target, selection))) this.target = this.from = null;
    const judged = folded.judgements.filter((one) => one.box && !(this.isDrawing && isSame(one, this.target)));
    const shown = judged.map((one) => ({ box: one.box, name: this.nameOf(one), classes: isSame(one, selection) ? "box is-selected" : "box" }));
    if (this.isDrawing) shown.push({ box: this.draft, name: "The box that you draw", classes: "box is-drawn" });
    const now = JSON.stringify(shown);
    if (now !== this.shown) this.layer.replaceChildren(...shown.map(boxElement));
    this.shown = now;
    this.stage.toggleAttribute("data-drawing", this.isDrawing);
    document.getElementById("draw").setAttribute("aria-pressed", String(this.isDrawing));
    document.getElementById("absent").setAttribute("aria-pressed", String(Boolean(current?.judgement?.absent)));
  }

  nameOf({ first, end, text }) {
    return `Box: ${this.desk.words.quote(first, end) || text}`;
  }

  // by pointer

  shareAt(event) {
    const { left, top, width, height } = this.layer.getBoundingClientRect();
    return [held((event.clientX - left) / width), held((event.clientY - top) / height)];
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

  // by keys

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

function held(share) {
  return Math.min(1, Math.max(0, share));
}

function between([x, y], [otherX, otherY]) {
  return [Math.min(x, otherX), Math.min(y, otherY), Math.max(x, otherX), Math.max(y, otherY)];
}

/** The box moved as a whole, as far as the picture goes. */
function moved([left, top, right, bottom], [x, y]) {
  const by = [Math.min(1 - right, Math.max(-left, x)), Math.min(1 - bottom, Math.max(-top, y))];
  return [left + by[0], top + by[1], right + by[0], bottom + by[1]];
}

/** The box with its right and lower edge moved. */
function resized([left, top, right, bottom], [x, y]) {
  return [left, top, Math.max(left + STEP, held(right + x)), Math.max(top + STEP, held(bottom + y))];
}

function boxElement({ box: [left, top, right, bottom], name, classes }) {
  const element = document.createElement("div");
  element.className = classes;
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", name);
  const shares = { left, top, width: right - left, height: bottom - top };
  for (const [side, share] of Object.entries(shares)) element.style.setProperty(side, `${100 * share}%`);
  return element;
}
