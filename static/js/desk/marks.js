// What lies over the response: ✗ and ✓ where a judged run ends, and + where a click puts something in. In the flow of the text each
// of them would have the browser lay out all words anew.

import { made } from "../page.js";

export class Marks {
  constructor(layer, root) {
    Object.assign(this, { layer, root });
    this.marks = new Map(); // word -> its mark
    this.plus = made("span", "mark is-plus");
    const place = () => this.place([...this.marks.keys()]);
    new ResizeObserver(place).observe(root);
    new MutationObserver(place).observe(root, { childList: true, subtree: true }); // what was put in moves the words behind it
  }

  /** Show verdicts, {element of the word that they end at: "wrong" | "right"} as a map. */
  show(verdicts) {
    const added = [];
    for (const [word, mark] of this.marks) {
      if (verdicts.has(word)) continue;
      mark.remove();
      this.marks.delete(word);
    }
    for (const [word, verdict] of verdicts) {
      if (!this.marks.has(word)) added.push(word);
      const mark = this.marks.get(word) ?? made("span");
      mark.className = `mark is-${verdict}`;
      this.marks.set(word, mark);
    }
    this.layer.append(...added.map((word) => this.marks.get(word)));
    this.place(added);
  }

  /** Put the marks of words where these end; all places are read before one is changed. */
  place(words) {
    const places = words.map((word) => this.placeAt([...word.getClientRects()].at(-1), 1));
    words.forEach((word, number) => put(this.marks.get(word), places[number]));
  }

  /** Show where a click on a gap puts something in; null where no gap is pointed at. */
  point(gap) {
    this.plus.remove();
    if (!gap) return;
    const isNothing = gap.matches(":empty:not(:first-child, [data-last])"); // between two characters: what is clicked lies over the first
    put(this.plus, this.placeAt(gap.getClientRects()[0], isNothing ? 1 : 0.5));
    this.layer.append(this.plus);
  }

  /** The point of the layer at the top of a box, that share of the way from its start to its end. */
  placeAt({ left, top, width }, share) {
    const layer = this.layer.getBoundingClientRect();
    const isMirrored = getComputedStyle(this.root).direction === "rtl";
    return { x: left - layer.left + width * (isMirrored ? 1 - share : share), y: top - layer.top };
  }
}

function put({ style }, { x, y }) {
  style.left = `${x}px`;
  style.top = `${y}px`;
}
