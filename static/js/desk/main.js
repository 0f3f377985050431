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

listen((name, ...how) => acts[name](...how));
for (const control of document.querySelectorAll("[data-act], [data-kind]")) {
  const { act, kind, argument } = control.dataset;
  control.addEventListener("click", ({ detail }) => {
    if (kind) acts.kind(page.kinds.indexOf(kind));
    else acts[act](argument);
    if (detail && document.activeElement === control) desk.words.atHand?.focus({ preventScroll: true }); // by mouse or touch: the next key means the words
  });
}
dialogs.wire();

const item = dataOf("item-data");
history.replaceState(null, "", deskOf(item.item)); // the queue's address hands out the next item: reload and back want this one
addEventListener("popstate", () => location.reload()); // to an item that was left: the server knows it best
desk.start(item);
