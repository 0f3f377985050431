// The image: zoom with wheel, pinch, buttons and keys, pan by dragging, and lighter for dark photographs.

import { element } from "../page.js";
import { keep, kept } from "./kept.js";

const MOST = 12;
export const STEP = 1.4;
export const PAN = 0.2;
const LIGHT = { name: "tldr:light", least: 0.4, most: 4 };

export class Picture {
  constructor(stage) {
    this.stage = stage;
    this.image = null;
    this.covers = new Set(); // what lies over the image and moves with it
    this.pointers = new Map();
    stage.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    stage.addEventListener("pointerdown", (event) => this.onDown(event));
    stage.addEventListener("pointermove", (event) => this.onMove(event));
    for (const name of ["pointerup", "pointercancel"]) stage.addEventListener(name, (event) => this.pointers.delete(event.pointerId));
    stage.addEventListener("dblclick", () => (this.scale > 1 ? this.reset() : this.zoom(STEP * STEP)));
    new ResizeObserver(() => this.apply()).observe(stage);
    this.shine(kept(LIGHT.name) || 1);
  }

  show(image) {
    this.image = image;
    this.stage.replaceChildren(image, ...this.covers);
    this.pointers.clear();
    this.reset();
  }

  cover(element) {
    this.covers.add(element);
    this.stage.append(element);
    this.apply();
  }

  uncover(element) {
    this.covers.delete(element);
    element.remove();
  }

  reset() {
    this.scale = 1;
    this.x = this.y = 0;
    this.apply();
  }

  natural() {
    const { fit } = this.measure();
    this.reset();
    this.zoom(1 / fit, undefined, true);
  }

  /** Zoom by a factor about a point of the stage (default: its middle). */
  zoom(factor, at = this.middle(), mayShrink = false) {
    const least = mayShrink ? 0.1 : Math.min(1, this.scale);
    const scale = held(this.scale * factor, least, MOST);
    const ratio = scale / this.scale;
    this.x = at.x - (at.x - this.x) * ratio;
    this.y = at.y - (at.y - this.y) * ratio;
    this.scale = scale;
    this.apply();
  }

  /** Look further to the right or down, by a share of the stage; less than nothing: to the left or up. */
  pan(right, down) {
    const { width, height } = this.stage.getBoundingClientRect();
    this.x -= right * width;
    this.y -= down * height;
    this.apply();
  }

  sharpen() {
    const { image } = this;
    const { full } = image.dataset;
    if (!full) return;
    delete image.dataset.full;
    const sharp = new Image();
    sharp.src = full;
    sharp.decode().then(() => (image.src = full), () => {}); // else it stays as sharp as it is
  }

  middle() {
    const { width, height } = this.stage.getBoundingClientRect();
    return { x: width / 2, y: height / 2 };
  }

  measure() {
    const { width, height } = this.stage.getBoundingClientRect();
    const size = ["width", "height"].map((name) => Number(this.image.getAttribute(name)));
    return { width, height, size, fit: Math.min(width / size[0], height / size[1]) };
  }

  apply() {
    if (!this.image) return;
    const { width, height, size, fit } = this.measure();
    this.x = inPlace(this.x, width, this.scale);
    this.y = inPlace(this.y, height, this.scale);
    this.image.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    const [w, h] = size.map((side) => side * fit * this.scale); // of the part of the stage that the image fills
    for (const { style } of this.covers) {
      style.width = `${w}px`;
      style.height = `${h}px`;
      style.transform = `translate(${this.x + (width * this.scale - w) / 2}px, ${this.y + (height * this.scale - h) / 2}px)`;
    }
    if (this.scale > 1) this.sharpen();
    this.stage.dataset.zoomed = this.scale > 1;
  }

  onWheel(event) {
    event.preventDefault();
    this.zoom(1.0015 ** -event.deltaY, this.placeOf({ x: event.clientX, y: event.clientY }));
  }

  placeOf({ x, y }) {
    const { left, top } = this.stage.getBoundingClientRect();
    return { x: x - left, y: y - top };
  }

  onDown(event) {
    if (event.pointerType !== "touch" && this.scale <= 1) return;
    event.preventDefault();
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.scale > 1) this.stage.setPointerCapture(event.pointerId);
  }

  onMove(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.pointers.set(event.pointerId, now);
    if (other) {
      const centre = this.placeOf({ x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 });
      this.zoom(distance(now, other) / Math.max(1, distance(before, other)), centre);
    } else if (this.scale > 1) {
      this.x += now.x - before.x;
      this.y += now.y - before.y;
      this.apply();
    }
  }

  shine(light) {
    const near = Math.abs(light - 1) < 0.01 ? 1 : light; // up and down again is where it was
    this.light = held(near, LIGHT.least, LIGHT.most);
    this.stage.style.setProperty("--light", this.light);
    this.stage.toggleAttribute("data-lit", this.light !== 1);
    element("light").textContent = `${Math.round(100 * this.light)} %`;
    keep(LIGHT.name, this.light);
  }
}

export function held(value, least, most) {
  return Math.min(most, Math.max(least, value));
}

/** An offset that keeps the image over its stage, or in its middle where it is smaller. */
function inPlace(offset, size, scale) {
  const room = size - size * scale;
  return room >= 0 ? room / 2 : held(offset, room, 0);
}

function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
