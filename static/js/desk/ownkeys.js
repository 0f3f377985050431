// The dialog of keys: whoever presses a key there chooses another for the same thing. The server says what can't be chosen.

import { keyOf, labelKeys, pressed, useKeys, written } from "./keys.js";
import { post } from "./sync.js";

const MODIFIERS = ["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"];

/** Wire the dialog; `page` has the person's own keys and where they are kept. */
export function wireOwnKeys(page) {
  const dialog = document.getElementById("keys-dialog");
  const told = document.getElementById("keys-told");
  const buttons = dialog.querySelectorAll("[data-own]");
  let own = page.keys;
  let waiting = null; // the button for whose key the next one is taken

  const wait = (button, text = "") => {
    waiting?.setAttribute("aria-pressed", "false");
    waiting = button;
    waiting?.setAttribute("aria-pressed", "true");
    told.textContent = text;
  };
  const keep = async (keys, text) => {
    const reply = await post(page.keysUrl, { keys }, page.csrfCookie).then((response) => response.json()).catch(() => null);
    if (!reply?.keys) {
      told.textContent = reply?.reason ?? "The server does not answer, so nothing has changed. Try again in a moment.";
      return;
    }
    own = reply.keys;
    useKeys(own);
    labelKeys();
    label();
    wait(null, text);
  };
  const label = () => {
    for (const button of buttons) {
      const key = keyOf(button.dataset.own);
      button.firstElementChild.textContent = written(key) || "none";
      button.classList.toggle("is-none", !key);
    }
  };

  label();
  for (const kbd of dialog.querySelectorAll("[data-fixed]")) kbd.textContent = written(kbd.dataset.fixed);
  for (const button of buttons) {
    const does = document.getElementById(`does-${button.dataset.own}`).textContent;
    button.addEventListener("click", () => {
      button.focus(); // not every browser does so
      wait(button, `Press the new key for “${does}”. Esc leaves it as it is.`);
    });
    button.addEventListener("blur", () => waiting === button && wait(null));
  }
  document.getElementById("usual-keys").addEventListener("click", () => keep({}, "All keys are as usual."));
  dialog.addEventListener("keydown", (event) => {
    if (!waiting || event.key === "Tab" || MODIFIERS.includes(event.key)) return;
    event.preventDefault();
    if (event.key === "Escape") wait(null);
    else keep({ ...own, [waiting.dataset.own]: pressed(event) }, `“${written(pressed(event) ?? "")}” it is.`);
  });
}
