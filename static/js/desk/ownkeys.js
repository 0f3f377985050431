// Choosing another key for something, in the dialog of keys. The server says what can't be chosen.

import { element, press, textOf } from "../page.js";
import { labelKeys, pressed, useKeys, written } from "./keys.js";
import { page, post } from "./server.js";

const MODIFIERS = ["Shift", "Control", "Alt", "AltGraph", "Meta", "CapsLock"];
const dialog = element("keys-dialog");
const told = element("keys-told");
let own = page.keys;
let waiting = null; // the button for whose key the next one is taken

function wait(button, text = "") {
  if (waiting) press(waiting, false);
  waiting = button;
  if (waiting) press(waiting, true);
  told.textContent = text;
}

async function keep(keys, text) {
  const reply = await post(page.keysUrl, { keys }).then((response) => response.json()).catch(() => null);
  if (!reply?.keys) {
    told.textContent = reply?.reason ?? textOf("keysNotKept");
    return;
  }
  own = reply.keys;
  useKeys(own);
  labelKeys();
  wait(null, text);
}

for (const button of dialog.querySelectorAll("[data-own]")) {
  button.addEventListener("click", () => {
    button.focus(); // not every browser does so
    wait(button, textOf("pressKey", { does: element(`does-${button.dataset.own}`).textContent }));
  });
  button.addEventListener("blur", () => waiting === button && wait(null));
}
element("usual-keys").addEventListener("click", () => keep({}, textOf("usualKeys")));
dialog.addEventListener("keydown", (event) => {
  if (!waiting || event.key === "Tab" || MODIFIERS.includes(event.key)) return;
  event.preventDefault();
  if (event.key === "Escape") wait(null);
  else keep({ ...own, [waiting.dataset.own]: pressed(event) }, textOf("keyChosen", { key: written(pressed(event) ?? "") }));
});
