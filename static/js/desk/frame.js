// What stands around an item: progress, checkpoint, prompt, which help there is.

import { element, shareText, textOf } from "../page.js";
import { showLate } from "./lease.js";
import { deskOf } from "./server.js";

export function frame(data, previous) {
  const { item, prompt, grounded, checkpoint, progress: [done, wanted], isLate } = data;
  element("title").textContent = textOf("item", { item: `${item}` });
  element("progress-text").textContent = textOf("progress", { done, wanted });
  element("progress").max = wanted;
  element("progress").value = done;
  element("checkpoint").textContent = checkpoint ? ` · v${checkpoint.number}` : "";
  element("checkpoint").title = checkpoint ? textOf("highlightsBy", { ...checkpoint, threshold: shareText(checkpoint.threshold) }) : "";
  showLate(isLate);
  const help = helpOf(data);
  element("no-highlights").hidden = Boolean(grounded || help);
  element("arm").hidden = !help;
  element("arm").textContent = help && textOf(help);
  element("prompt").hidden = !prompt;
  element("prompt-text").textContent = prompt;
  element("previous").hidden = previous === null;
  if (previous !== null) element("previous").href = deskOf(previous);
}

function helpOf({ help, verdict }) {
  if (help === "none") return "helpNone";
  if (help !== "verdict") return "";
  return verdict ? "helpDoubts" : "helpTrusts";
}
