// The person's last items in a dialog; the arrows go through them.

import * as dialogs from "./dialogs.js";
import { get } from "./sync.js";

/** Fetch what `address` lists, anew each time, and show it. */
export async function openHistory(address) {
  const list = document.getElementById("history");
  const dialog = dialogs.open("history-dialog");
  dialog.onkeydown = (event) => go(event, [...list.querySelectorAll("a")]);
  try {
    const response = await get(address, "text/html");
    if (!response.ok) throw new Error(`The server answered ${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    list.replaceChildren(...page.body.childNodes);
    list.querySelector("a")?.focus();
  } catch {
    list.textContent = "The list can't be fetched now. Try again in a moment.";
  }
}

function go(event, links) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !links.length) return;
  event.preventDefault();
  const at = links.indexOf(document.activeElement);
  links.at((at + step) % links.length).focus();
}
