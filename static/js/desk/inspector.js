// The panel below the response: what is selected, and what can be done with it.

import { element, made, press, shareText, textOf } from "../page.js";
import { isInsertion } from "./fold.js";
import { labelOf } from "./keys.js";

export class Inspector {
  constructor(root) {
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.root = root;
  }

  render(about, tally, isOpen) {
    this.part("quote").textContent = about ? about.quote : textOf("noneSelected");
    this.part("facts").textContent = about ? factsOf(about) : textOf("chooseWord", { key: labelOf("nextStop") });
    element("tally").textContent = tallyText(tally);
    const { kind, verdict } = about?.stop?.judgement ?? {};
    for (const button of this.root.querySelectorAll("[data-kind]")) {
      press(button, button.dataset.kind === kind);
      button.ariaDisabled = !about || !isOpen; // focusable all the same: the row may scroll
    }
    for (const button of this.root.querySelectorAll("[data-needs='selection']")) button.disabled = !about || !isOpen;
    press(this.root.querySelector('[data-act="confirm"]'), verdict === "wrong");
    press(this.root.querySelector('[data-act="clear"]'), verdict === "right");
  }

  suggest(found, isWaiting, onAccept) {
    const row = element("suggestions");
    const shown = isWaiting ? "…" : JSON.stringify(found);
    if (row.dataset.shown === shown) return;
    row.dataset.shown = shown;
    row.classList.toggle("is-waiting", isWaiting);
    row.replaceChildren(...found.map((one, number) => suggestionButton(one, number, onAccept)));
  }
}

function suggestionButton({ text, value }, number, onAccept) {
  const button = made("button", "button suggestion");
  button.type = "button";
  const quote = made("span", "", text || textOf("toDelete"));
  quote.dir = "auto";
  const figure = made("span", "soft number", shareText(value));
  figure.title = textOf("lowest");
  button.append(made("kbd", "", labelOf(`accept${number + 1}`)), " ", quote, " ", figure);
  button.addEventListener("click", () => onAccept(number));
  return button;
}

function factsOf({ stop, index, total, grounded, now, isFaint }) {
  const values = { value: grounded !== null && shareText(grounded), now: now !== null && shareText(now) };
  const isChanged = now !== null && Math.abs(now - grounded) >= 0.005;
  return [
    stop?.judgement ? judgementText(stop.judgement) : textOf(stop ? "doubtful" : "notFlagged"),
    grounded !== null && textOf(isChanged ? "groundedNow" : "grounded", values),
    isFaint && textOf("faint"),
    stop && textOf("flagOf", { number: index + 1, total }),
    stop?.judgement?.source === "hand" && textOf("byHand"),
  ].filter(Boolean).join(" · ");
}

function judgementText(judgement) {
  const { kind, text, box, absent } = judgement;
  const verdict = textOf(isInsertion(judgement) ? "missing" : judgement.verdict);
  const isReplaced = text !== null && !isInsertion(judgement);
  return [
    kind ? textOf("ofKind", { verdict, kind: textOf(kind) }) : verdict,
    box ? textOf("withBox") : absent && textOf("notInPicture"),
    isReplaced && (text ? textOf("nowReads", { text }) : textOf("deleted")),
  ].filter(Boolean).join(", ");
}

function tallyText({ wrong, right, undecided }) {
  const parts = Object.entries({ tallyUndecided: undecided, tallyWrong: wrong, tallyRight: right });
  return parts.filter(([, count]) => count).map(([name, count]) => textOf(name, { count })).join(" · ") || textOf("noFlags");
}
