// What stands around an item and belongs to it, but not to what was done to it: progress, checkpoint, prompt, which help there is.

const element = (id) => document.getElementById(id);

/** Show it. `previous` is the item that was submitted before, or null; `addressOf(item)` is where its desk is. */
export function frame(data, previous, addressOf) {
  const { item, prompt, grounded, checkpoint, progress: [annotated, wanted], isLate } = data;
  element("title").textContent = `Item ${item}`;
  element("progress-text").textContent = `${annotated} of ${wanted}`;
  element("progress").max = wanted;
  element("progress").value = annotated;
  element("checkpoint").textContent = checkpoint ? ` · v${checkpoint.number}` : "";
  element("checkpoint").title = checkpoint ? `Highlights by checkpoint ${checkpoint.name}, below ${checkpoint.threshold.toFixed(2)}` : "";
  element("late").hidden = !isLate;
  const told = helpText(data);
  element("no-highlights").hidden = Boolean(grounded || told);
  element("arm").hidden = !told;
  element("arm").textContent = told;
  element("prompt").hidden = !prompt;
  element("prompt-text").textContent = prompt;
  element("previous").hidden = previous === null;
  if (previous !== null) element("previous").href = addressOf(previous);
}

/** Which help a study gives for an item, where it is not highlights: the words are the same for everybody. */
function helpText({ help, verdict }) {
  if (help === "none") return "This item comes without help by the model. Read the whole response.";
  if (help !== "verdict") return "";
  return verdict ? "The model doubts this response. It does not say where." : "The model finds nothing wrong in this response. Read it all the same.";
}
