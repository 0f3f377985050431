// Replacing in place: an input stands where the new words will.

/** Ask for the text that replaces the words up to number `last`. `onDone(text)` gets null where the person thought better of it. */
export function replaceInline(words, last, text, onDone) {
  const after = words.words[last];
  after.parentElement.querySelector(".replacement")?.remove();
  const input = document.createElement("input");
  input.className = "replacement";
  input.setAttribute("aria-label", `Replace ${text} with`);
  input.maxLength = 1000;
  input.dir = "auto";
  input.autocomplete = "off";
  input.value = text;
  input.size = Math.min(30, Math.max(8, text.length + 4));
  const next = after.nextElementSibling;
  (next?.tagName === "INS" ? next : after).after(input);
  input.focus();
  input.select();

  let isDone = false;
  function done(value) {
    if (isDone) return;
    isDone = true;
    input.remove();
    onDone(value);
  }
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter") event.preventDefault();
    if (event.key === "Enter") done(input.value.trim());
    if (event.key === "Escape") done(null);
  });
  input.addEventListener("blur", () => done(input.value.trim() === text ? null : input.value.trim()));
}
