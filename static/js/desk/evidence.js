// A heat map over the image: what spoke for a word and what against it. Warm is for, cool against; it moves with the picture.

import { element, press, textOf } from "../page.js";

const FOR = [214, 96, 20];
const AGAINST = [30, 100, 200];
const MOST = 0.75; // opacity of the loudest patch
const FAINT = 0.3; // a strength below which hardly anything is to be seen

export class Evidence {
  constructor(picture) {
    this.picture = picture;
    this.word = null;
    this.canvas = document.createElement("canvas");
    this.canvas.className = "evidence";
    this.canvas.setAttribute("role", "img");
  }

  get isShown() {
    return this.word !== null;
  }

  /** Whether a map is shown on which little is to be seen, because little moves the value of the word. */
  get isFaint() {
    return this.isShown && this.strength < FAINT;
  }

  /** `rows` are values in [-1, 1] from the top left; `strength` is what the loudest moved, small where nothing matters. */
  show({ rows, strength }, word, quote) {
    this.word = word;
    this.strength = strength;
    this.canvas.width = rows[0].length;
    this.canvas.height = rows.length;
    this.canvas.setAttribute("aria-label", textOf("evidenceFor", { quote }));
    const context = this.canvas.getContext("2d");
    const image = context.createImageData(rows[0].length, rows.length);
    const loud = Math.min(1, strength); // where nothing matters, little is shown
    rows.flat().forEach((value, place) => {
      image.data.set([...(value > 0 ? FOR : AGAINST), 255 * MOST * loud * Math.abs(value)], 4 * place);
    });
    context.putImageData(image, 0, 0);
    this.picture.cover(this.canvas);
    press(element("evidence"), true);
  }

  hide() {
    this.word = null;
    this.picture.uncover(this.canvas);
    press(element("evidence"), false);
  }

  /** The map belongs to one word: another one is not told of by it. */
  follow(word) {
    if (this.isShown && word !== this.word) this.hide();
  }
}
