// How bright the image is shown: for dark photographs, and kept for the session.

const STEP = 1.25;
const LEAST = 0.4;
const MOST = 4;
const KEPT = "tldr:light";

export class Light {
  constructor(stage, figure) {
    Object.assign(this, { stage, figure });
    this.set(kept());
  }

  lighter() {
    this.set(this.value * STEP);
  }

  darker() {
    this.set(this.value / STEP);
  }

  /** As the image is. */
  reset() {
    this.set(1);
  }

  set(value) {
    const near = Math.abs(value - 1) < 0.01 ? 1 : value; // up and down again is where it was
    this.value = Math.min(MOST, Math.max(LEAST, near));
    this.stage.style.setProperty("--light", this.value);
    this.stage.toggleAttribute("data-lit", this.value !== 1);
    this.figure.textContent = `${Math.round(100 * this.value)} %`;
    try {
      sessionStorage.setItem(KEPT, this.value);
    } catch {
      // without storage it lasts as long as the page
    }
  }
}

function kept() {
  try {
    return Number(sessionStorage.getItem(KEPT)) || 1;
  } catch {
    return 1;
  }
}
