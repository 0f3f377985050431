// The dialogs of the desk: keys, instructions, comment, skip.

export function open(id, onAccept) {
  const dialog = document.getElementById(id);
  const form = dialog.querySelector("form[data-accept]");
  if (form) {
    form.onsubmit = (event) => {
      event.preventDefault();
      dialog.close();
      onAccept(new FormData(form));
      form.reset(); // the next item is another one
    };
  }
  dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
  return dialog;
}

export function toggle(id) {
  const dialog = document.getElementById(id);
  if (dialog.open) dialog.close();
  else if (!matchMedia("(min-width: 80rem)").matches) open(id);
  else {
    const focused = document.activeElement;
    dialog.show();
    focused?.focus({ preventScroll: true });
  }
}

function isBeside(dialog, { target, clientX, clientY }) {
  const { left, right, top, bottom } = dialog.getBoundingClientRect();
  return target === dialog && dialog.matches(":modal") && (clientX < left || clientX > right || clientY < top || clientY > bottom);
}

/** A click beside a dialog closes it, unless something may be written in it; Ctrl+Enter in a text sends its form. */
export function wire() {
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => {
      if ((isBeside(dialog, event) && !dialog.querySelector("form")) || event.target.closest("[data-close]")) dialog.close();
    });
    dialog.addEventListener("keydown", (event) => {
      const form = event.target.closest("form[data-accept]");
      if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
  }
}
