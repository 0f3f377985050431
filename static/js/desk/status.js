// What is saved, in words; and what to do where saving is not possible.

const TEXTS = { saved: "saved", saving: "saving", offline: "offline", "signed-out": "not signed in", refused: "not saved" };

export class Status {
  constructor(data, outbox) {
    this.data = data;
    this.outbox = outbox;
    this.saved = document.getElementById("saved");
    this.trouble = document.getElementById("trouble");
    document.getElementById("discard").addEventListener("click", () => this.discard());
    addEventListener("beforeunload", (event) => {
      if (!outbox.isDurable) event.preventDefault();
    });
  }

  show({ name, reason = "" }) {
    const waiting = this.outbox.list().length;
    const acts = `${waiting} ${waiting === 1 ? "act" : "acts"} waiting`;
    this.saved.textContent = waiting && name !== "saving" ? `${TEXTS[name]}, ${acts}` : TEXTS[name];
    this.saved.dataset.status = name;
    const trouble = this.troubleOf(name, acts, reason);
    this.trouble.hidden = !trouble;
    document.getElementById("trouble-text").textContent = trouble;
    document.getElementById("sign-in").hidden = name !== "signed-out";
    document.getElementById("discard").hidden = name !== "refused";
  }

  troubleOf(name, acts, reason) {
    if (name === "signed-out") return `Your session has ended; ${acts}, kept in this browser. Sign in again and they are saved.`;
    if (name === "refused") return `The server did not take what you did last: ${reason}`;
    if (!this.outbox.isDurable) return "This browser does not keep what you do. Leave the page only when it says that all is saved.";
    return "";
  }

  discard() {
    this.outbox.remove(this.outbox.list().map((event) => event.key));
    location.reload();
  }
}
