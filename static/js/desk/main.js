// Starts the desk: its first item comes with the page, its acts by keys and by every element with data-act.

import { actsOf } from "./acts.js";
import { Desk } from "./desk.js";
import * as dialogs from "./dialogs.js";
import { labelKeys, listen, useKeys } from "./keys.js";
import { Outboxes } from "./outbox.js";
import { wireOwnKeys } from "./ownkeys.js";

const data = (id) => JSON.parse(document.getElementById(id).textContent);

const page = data("desk-data");
useKeys(page.keys, data("keys-data"));
labelKeys();
wireOwnKeys(page);
const desk = new Desk(page, await Outboxes.open(page.user));
const acts = actsOf(desk);

listen((name, argument) => acts[name](argument));
for (const control of document.querySelectorAll("[data-act]")) {
  control.addEventListener("click", () => acts[control.dataset.act](control.dataset.argument));
}
for (const control of document.querySelectorAll("[data-kind]")) {
  control.addEventListener("click", () => acts.kind(desk.page.kinds.indexOf(control.dataset.kind)));
}
dialogs.wire();

const item = data("item-data");
history.replaceState(null, "", desk.addressOf(item.item)); // the queue's address hands out the next item: reload and back want this one
addEventListener("popstate", () => location.reload()); // to an item that was left: the server knows it best
desk.start(item);
