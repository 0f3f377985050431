// What is saved, in words; and what to do where saving is not possible.

import { element, tell, textOf } from "../page.js";

const WORST_FIRST = ["refused", "not-yours", "signed-out", "offline", "saving"];

export class Status {
  constructor(onSignedIn) {
    this.onSignedIn = onSignedIn;
    this.hasOffered = this.isOffline = false;
    this.outboxes = new Map(); // item -> {outbox, name, reason}
    element("discard").addEventListener("click", () => this.discard());
    element("sign-in").addEventListener("click", () => this.signIn());
    addEventListener("beforeunload", (event) => {
      if (!this.isDurable) event.preventDefault();
    });
  }

  get all() {
    return [...this.outboxes.values()];
  }

  get isDurable() {
    return this.all.every(({ outbox }) => outbox.isDurable);
  }

  show(outbox, { name, reason }) {
    if (name === "saved") this.outboxes.delete(outbox.item);
    else this.outboxes.set(outbox.item, { outbox, name, reason });
    this.tell(WORST_FIRST.find((one) => this.all.some((other) => other.name === one)) ?? "saved");
  }

  tell(name) {
    const count = this.all.reduce((sum, { outbox }) => sum + outbox.list().length, 0);
    const acts = textOf("actsWait", { count });
    const trouble = this.troubleOf(name, acts);
    element("saved").textContent = count && name !== "saving" ? `${textOf(name)}, ${acts}` : textOf(name);
    element("saved").dataset.status = name;
    element("trouble").hidden = !trouble;
    element("trouble-text").textContent = trouble;
    element("sign-in").hidden = name !== "signed-out";
    element("sign-out").hidden = name !== "not-yours";
    element("discard").hidden = name !== "refused";
    if (name !== "saving" && (name === "offline") !== this.isOffline) {
      this.isOffline = !this.isOffline;
      tell(element("saved").textContent);
    }
    if (name === "signed-out") this.offerToSignIn();
    if (name === "saved") this.hasOffered = false;
  }

  troubleOf(name, acts) {
    if (name === "signed-out") return textOf("sessionEnded", { acts });
    if (name === "not-yours") return textOf("othersSession", { acts });
    if (name === "refused") {
      const { outbox, reason } = this.all.find((one) => one.name === name);
      return textOf("notTaken", { item: `${outbox.item}`, reason });
    }
    return name === "saved" || this.isDurable ? "" : textOf("notKept");
  }

  /** Once a session, unless that would take the keyboard from somebody who types. */
  offerToSignIn() {
    if (this.hasOffered || document.querySelector("dialog[open]") || document.activeElement?.closest("input, textarea")) return;
    this.hasOffered = true;
    this.signIn();
  }

  async signIn() {
    const module = await import("./signin.js").catch(() => null); // few need it
    if (module) module.signIn(this.onSignedIn);
    else element("trouble-text").textContent = textOf("unreachable");
  }

  async discard() {
    const refused = this.all.filter(({ name }) => name === "refused");
    await Promise.all(refused.map(({ outbox }) => outbox.remove(outbox.list().map((event) => event.key))));
    location.reload();
  }
}
