// The image: fit, zoom with wheel, pinch, buttons and keys, pan by dragging.

const MOST = 12;
const STEP = 1.4;

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
  }

  /** Another picture: an image element. */
  show(image) {
    this.image = image;
    this.stage.replaceChildren(image, ...this.covers);
    this.pointers.clear();
    this.reset();
  }

  /** Lay an element over the image. */
  cover(element) {
    this.covers.add(element);
    this.stage.append(element);
    this.apply();
  }

  /** Take it away again. */
  uncover(element) {
    this.covers.delete(element);
    element.remove();
  }

  /** The whole image, as large as its place allows. */
  reset() {
    this.scale = 1;
    this.x = this.y = 0;
    this.apply();
  }

  /** One pixel of the image is one of the screen's. */
  natural() {
    const { width, height } = this.stage.getBoundingClientRect();
    const fit = Math.min(width / this.image.getAttribute("width"), height / this.image.getAttribute("height"));
    this.reset();
    this.zoom(1 / fit, undefined, true);
  }

  larger() {
    this.zoom(STEP);
  }

  smaller() {
    this.zoom(1 / STEP);
  }

  /** Zoom by a factor about a point of the stage (default: its middle). */
  zoom(factor, at = this.middle(), mayShrink = false) {
    const least = mayShrink ? 0.1 : Math.min(1, this.scale);
    const scale = Math.min(MOST, Math.max(least, this.scale * factor));
    const ratio = scale / this.scale;
    this.x = at.x - (at.x - this.x) * ratio;
    this.y = at.y - (at.y - this.y) * ratio;
    this.scale = scale;
    this.apply();
  }

  /** In the place of a picture that came scaled down the one in full, as soon as that is there. */
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

  apply() {
    if (!this.image) return;
    const { width, height } = this.stage.getBoundingClientRect();
    this.x = held(this.x, width, this.scale);
    this.y = held(this.y, height, this.scale);
    this.image.style.transform = `translate(${this.x}px, ${this.y}px) scale(${this.scale})`;
    for (const element of this.covers) this.place(element, width, height);
    if (this.scale > 1) this.sharpen();
    this.stage.dataset.zoomed = String(this.scale > 1);
  }

  /** Lay an element over the part of the stage that the image fills. */
  place(element, width, height) {
    const size = ["width", "height"].map((name) => Number(this.image.getAttribute(name)));
    const fit = Math.min(width / size[0], height / size[1]) * this.scale;
    const [w, h] = [size[0] * fit, size[1] * fit];
    element.style.width = `${w}px`;
    element.style.height = `${h}px`;
    element.style.transform = `translate(${this.x + (width * this.scale - w) / 2}px, ${this.y + (height * this.scale - h) / 2}px)`;
  }

  onWheel(event) {
    event.preventDefault();
    const box = this.stage.getBoundingClientRect();
    this.zoom(1.0015 ** -event.deltaY, { x: event.clientX - box.left, y: event.clientY - box.top });
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
      const box = this.stage.getBoundingClientRect();
      const centre = { x: (now.x + other.x) / 2 - box.left, y: (now.y + other.y) / 2 - box.top };
      this.zoom(distance(now, other) / Math.max(1, distance(before, other)), centre);
    } else if (this.scale > 1) {
      this.x += now.x - before.x;
      this.y += now.y - before.y;
      this.apply();
    }
  }
}

/** An offset that keeps the image over its stage, or in its middle where it is smaller. */
function held(offset, size, scale) {
  const room = size - size * scale;
  return room >= 0 ? room / 2 : Math.min(0, Math.max(room, offset));
}

function distance(one, other) {
  return Math.hypot(one.x - other.x, one.y - other.y);
}
