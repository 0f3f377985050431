// Writing in place: an input stands where the new words will.

/** Ask for the text that replaces the words up to number `last`. `onDone(text)` gets null where the person thought better of it. */
export function replaceInline(words, last, text, onDone) {
  const after = words.words[last];
  const next = after.nextElementSibling;
  const input = inputFor(words, `Replace ${text} with`, text, onDone);
  (next?.tagName === "INS" ? next : after).after(input);
  input.focus();
  input.select();
}

/** Ask for the text that is missing in a slot, where `text` stands so far. In an empty input, `onMove(by)` hears of the arrow keys. */
export function insertInline(words, slot, text, onDone, onMove) {
  const next = words.words[slot];
  const input = inputFor(words, next ? `Missing before ${words.quotes[slot]}` : "Missing at the end", text, onDone, onMove);
  if (next) next.before(input);
  else words.slots.at(-1).before(input);
  input.focus();
  input.select();
}

function inputFor(words, label, text, onDone, onMove = () => {}) {
  words.root.querySelector(".replacement")?.remove();
  const input = document.createElement("input");
  input.className = "replacement";
  input.setAttribute("aria-label", label);
  input.maxLength = 1000;
  input.dir = "auto";
  input.autocomplete = "off";
  input.value = text;
  input.size = Math.min(30, Math.max(8, text.length + 4));

  let isDone = false;
  function done(tell) {
    if (isDone) return;
    isDone = true;
    input.remove();
    tell();
  }
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const value = input.value.trim();
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Enter") event.preventDefault();
    if (event.key === "Enter") done(() => onDone(value));
    if (event.key === "Escape") done(() => onDone(null));
    if (by && input.value === "" && !event.shiftKey) onMove(by, done);
  });
  input.addEventListener("blur", () => {
    const value = input.value.trim();
    done(() => onDone(value === text ? null : value));
  });
  return input;
}
