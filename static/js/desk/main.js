// Starts the desk: its data come with the page, its acts by keys and by every element with data-act.

import { actsOf } from "./acts.js";
import { Desk } from "./desk.js";
import * as dialogs from "./dialogs.js";
import { listen } from "./keys.js";

const desk = new Desk(JSON.parse(document.getElementById("desk-data").textContent));
const acts = actsOf(desk);
history.replaceState(null, "", desk.data.url); // the queue's address hands out the next item: reload and back want this one

listen((name, argument) => acts[name](argument));
for (const control of document.querySelectorAll("[data-act]")) {
  control.addEventListener("click", () => acts[control.dataset.act](control.dataset.argument));
}
for (const control of document.querySelectorAll("[data-kind]")) {
  control.addEventListener("click", () => acts.kind(desk.data.kinds.indexOf(control.dataset.kind)));
}
dialogs.wire();
desk.start();
