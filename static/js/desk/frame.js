// What stands around an item and belongs to it, but not to what was done to it: progress, checkpoint, prompt, which help there is.

import { element, shareText, textOf } from "../page.js";
import { deskOf } from "./server.js";

/** Show it. `previous` is the item that was submitted before, or null. */
export function frame(data, previous) {
  const { item, prompt, grounded, checkpoint, progress: [done, wanted], isLate } = data;
  element("title").textContent = textOf("item", { item: `${item}` });
  element("progress-text").textContent = textOf("progress", { done, wanted });
  element("progress").max = wanted;
  element("progress").value = done;
  element("checkpoint").textContent = checkpoint ? ` · v${checkpoint.number}` : "";
  element("checkpoint").title = checkpoint ? textOf("highlightsBy", { ...checkpoint, threshold: shareText(checkpoint.threshold) }) : "";
  element("late").hidden = !isLate;
  const help = helpOf(data);
  element("no-highlights").hidden = Boolean(grounded || help);
  element("arm").hidden = !help;
  element("arm").textContent = help && textOf(help);
  element("prompt").hidden = !prompt;
  element("prompt-text").textContent = prompt;
  element("previous").hidden = previous === null;
  if (previous !== null) element("previous").href = deskOf(previous);
}

/** Which help a study gives for an item, where it is not highlights: the words are the same for everybody. */
function helpOf({ help, verdict }) {
  if (help === "none") return "helpNone";
  if (help !== "verdict") return "";
  return verdict ? "helpDoubts" : "helpTrusts";
}
