// What is saved, in words; and what to do where saving is not possible.

import { SignIn } from "./signin.js";

const TEXTS = { saved: "saved", saving: "saving", offline: "offline", "signed-out": "not signed in", "not-yours": "somebody else's", refused: "not saved" };
const WORST_FIRST = ["refused", "not-yours", "signed-out", "offline", "saving"];

export class Status {
  /** `onSignedIn()` is called when somebody has signed in again. */
  constructor(page, onSignedIn) {
    this.signIn = new SignIn(page, onSignedIn);
    this.outboxes = new Map(); // item -> {outbox, name, reason}: the items of which acts are on their way
    this.saved = document.getElementById("saved");
    this.trouble = document.getElementById("trouble");
    document.getElementById("discard").addEventListener("click", () => this.discard());
    addEventListener("beforeunload", (event) => {
      if (![...this.outboxes.values()].every(({ outbox }) => outbox.isDurable)) event.preventDefault();
    });
  }

  /** How far the saving of one item is; the page tells of all of them together, the worst first. */
  show(outbox, { name, reason = "" }) {
    if (name === "saved") this.outboxes.delete(outbox.item);
    else this.outboxes.set(outbox.item, { outbox, name, reason });
    const all = [...this.outboxes.values()];
    const worst = WORST_FIRST.find((one) => all.some((other) => other.name === one)) ?? "saved";
    this.tell(worst, all);
  }

  tell(name, all) {
    const waiting = all.reduce((sum, { outbox }) => sum + outbox.list().length, 0);
    const acts = `${waiting} ${waiting === 1 ? "act" : "acts"} waiting`;
    this.saved.textContent = waiting && name !== "saving" ? `${TEXTS[name]}, ${acts}` : TEXTS[name];
    this.saved.dataset.status = name;
    const refused = all.find((one) => one.name === "refused");
    const trouble = this.troubleOf(name, acts, refused, all);
    this.trouble.hidden = !trouble;
    document.getElementById("trouble-text").textContent = trouble;
    document.getElementById("sign-in").hidden = name !== "signed-out";
    document.getElementById("sign-out").hidden = name !== "not-yours";
    document.getElementById("discard").hidden = name !== "refused";
    if (name === "signed-out") this.signIn.offer();
    if (name === "saved") this.signIn.hasOffered = false;
  }

  troubleOf(name, acts, refused, all) {
    if (name === "signed-out") return `Your session has ended; ${acts}, kept in this browser. Sign in again and they are saved.`;
    if (name === "not-yours") return `Somebody else is signed in in this browser now. What you did stays in it, ${acts}: sign out, then in again as yourself, and it is saved.`;
    if (name === "refused") return `The server did not take what you did to item ${refused.outbox.item}: ${refused.reason}`;
    if (name !== "saved" && !all.every(({ outbox }) => outbox.isDurable)) return "This browser does not keep what you do. Leave the page only when it says that all is saved.";
    return "";
  }

  /** Give up what the server did not take; the page then shows what it has. */
  async discard() {
    const refused = [...this.outboxes.values()].filter(({ name }) => name === "refused");
    await Promise.all(refused.map(({ outbox }) => outbox.remove(outbox.list().map((event) => event.key))));
    location.reload();
  }
}
