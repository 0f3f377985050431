// The panel below the response: what is selected, what can be done with it, and how far the item is.

import { labelOf } from "./keys.js";

export class Inspector {
  constructor(root) {
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.root = root;
  }

  /** `about`: {quote, stop, index, total, grounded, isUndecided} of the selection, or null. `tally`: counts of the item. */
  render(about, tally, folded) {
    this.part("quote").textContent = about ? about.quote : "Nothing selected";
    this.part("facts").textContent = about ? factsOf(about) : `Choose a word, or go to the next flag with ${labelOf("nextStop")}.`;
    document.getElementById("tally").textContent = tallyText(tally);
    const kind = about?.stop?.judgement?.kind ?? null;
    for (const button of this.root.querySelectorAll("[data-kind]")) {
      button.setAttribute("aria-pressed", String(button.dataset.kind === kind));
      button.setAttribute("aria-disabled", String(!about || folded.status !== "draft")); // focusable all the same: the row may scroll
    }
    for (const button of this.root.querySelectorAll("[data-needs='selection']")) button.disabled = !about || folded.status !== "draft";
    this.pressed("confirm", about?.stop?.judgement?.verdict === "wrong");
    this.pressed("clear", about?.stop?.judgement?.verdict === "right");
  }

  /** The suggestions for what is selected, [{text, value}, …]; null while they are asked for. `onAccept(number)` takes one. */
  suggest(found, isWaiting, onAccept) {
    const row = document.getElementById("suggestions");
    const shown = isWaiting ? "…" : JSON.stringify(found);
    if (row.dataset.shown === shown) return;
    row.dataset.shown = shown;
    row.classList.toggle("is-waiting", isWaiting);
    row.replaceChildren(...found.map((one, number) => suggestionButton(one, number, onAccept)));
  }

  pressed(act, isPressed) {
    this.root.querySelector(`[data-act="${act}"]`).setAttribute("aria-pressed", String(isPressed));
  }
}

function suggestionButton({ text, value }, number, onAccept) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button suggestion";
  const key = document.createElement("kbd");
  key.textContent = labelOf(`accept${number + 1}`);
  const quote = document.createElement("span");
  quote.dir = "auto";
  quote.textContent = text || "(delete)";
  const figure = document.createElement("span");
  figure.className = "soft number";
  figure.textContent = value.toFixed(2);
  figure.title = "The lowest value that any word of the response would then have";
  button.append(key, " ", quote, " ", figure);
  button.addEventListener("click", () => onAccept(number));
  return button;
}

function factsOf({ stop, index, total, grounded, now, isFaint }) {
  const facts = [];
  if (stop?.judgement) facts.push(judgementText(stop.judgement));
  else if (stop) facts.push("doubtful");
  else facts.push("not flagged");
  if (grounded !== null) facts.push(now === null || Math.abs(now - grounded) < 0.005 ? `grounded ${grounded.toFixed(2)}` : `grounded ${grounded.toFixed(2)} → ${now.toFixed(2)}`);
  if (isFaint) facts.push("little in the image moves it");
  if (stop) facts.push(`flag ${index + 1} of ${total}`);
  if (stop?.judgement?.source === "hand") facts.push("by hand");
  return facts.join(" · ");
}

function judgementText({ first, end, verdict, kind, text, box, absent }) {
  if (verdict === "right") return "right";
  const seen = box ? ", with a box" : absent ? ", not in the picture" : "";
  if (first === end) return (kind ? `missing: ${kind}` : "missing") + seen;
  const wrong = (kind ? `wrong: ${kind}` : "wrong") + seen;
  if (text === null) return wrong;
  return text ? `${wrong}, now “${text}”` : `${wrong}, deleted`;
}

function tallyText({ wrong, right, undecided }) {
  const parts = [];
  if (undecided) parts.push(`${undecided} undecided`);
  if (wrong) parts.push(`${wrong} wrong`);
  if (right) parts.push(`${right} right`);
  return parts.length ? parts.join(" · ") : "no flags";
}
