// Starts the desk: its first item comes with the page.

import { dataOf } from "../page.js";
import { actsOf } from "./acts.js";
import { Desk } from "./desk.js";
import * as dialogs from "./dialogs.js";
import { labelKeys, listen, useKeys } from "./keys.js";
import { Outboxes } from "./outbox.js";
import { deskOf, page } from "./server.js";

useKeys(page.keys, dataOf("keys-data"));
labelKeys();
const desk = new Desk(await Outboxes.open(page.user));
const acts = actsOf(desk);

listen((name, argument) => acts[name](argument));
for (const control of document.querySelectorAll("[data-act]")) {
  control.addEventListener("click", () => acts[control.dataset.act](control.dataset.argument));
}
for (const control of document.querySelectorAll("[data-kind]")) {
  control.addEventListener("click", () => acts.kind(page.kinds.indexOf(control.dataset.kind)));
}
dialogs.wire();

const item = dataOf("item-data");
history.replaceState(null, "", deskOf(item.item)); // the queue's address hands out the next item: reload and back want this one
addEventListener("popstate", () => location.reload()); // to an item that was left: the server knows it best
desk.start(item);
