// The person's last items in a dialog; the arrows go through them.

import { element, textOf } from "../page.js";
import * as dialogs from "./dialogs.js";
import { get, page } from "./server.js";

export async function openHistory() {
  const list = element("history");
  const dialog = dialogs.open("history-dialog");
  dialog.onkeydown = (event) => go(event, [...list.querySelectorAll("a")]);
  try {
    const response = await get(page.historyUrl, "text/html");
    if (!response.ok) throw new Error(`The server answered ${response.status}`);
    const fetched = new DOMParser().parseFromString(await response.text(), "text/html");
    list.replaceChildren(...fetched.body.childNodes);
    list.querySelector("a")?.focus();
  } catch {
    list.textContent = textOf("noHistory");
  }
}

function go(event, links) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || !links.length) return;
  event.preventDefault();
  const at = links.indexOf(document.activeElement);
  links.at((at + step) % links.length).focus();
}
