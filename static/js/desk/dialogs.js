// The dialogs of the desk: keys, instructions, comment, skip.

/** Open a dialog by its id; `onAccept(form)` is called when its form is sent. */
export function open(id, onAccept) {
  const dialog = document.getElementById(id);
  const form = dialog.querySelector("form[data-accept]");
  if (form) {
    form.onsubmit = (event) => {
      event.preventDefault();
      dialog.close();
      onAccept(new FormData(form));
    };
  }
  dialog.showModal();
  dialog.querySelector("[autofocus]")?.focus();
  return dialog;
}

/** Open a dialog beside the desk where there is room, so that work goes on, else above it; close it if it is open. */
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

/** Buttons that close their dialog, a click beside it too; Ctrl+Enter in a text sends its form. */
export function wire() {
  for (const dialog of document.querySelectorAll("dialog")) {
    dialog.addEventListener("click", (event) => {
      if ((event.target === dialog && dialog.matches(":modal")) || event.target.closest("[data-close]")) dialog.close();
    });
    dialog.addEventListener("keydown", (event) => {
      const form = event.target.closest("form[data-accept]");
      if (form && event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
  }
}
