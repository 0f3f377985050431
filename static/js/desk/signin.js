// Signing in again on the spot: the form of the sign-in page in a dialog, so that what it asks and what it answers is said there.

import * as dialogs from "./dialogs.js";
import { get } from "./sync.js";

const AWAY = "The server can't be reached. Try again in a moment.";

export class SignIn {
  /** `page` says where the form is and who was signed in; `onDone()` is called when somebody is again. */
  constructor(page, onDone) {
    Object.assign(this, { page, onDone });
    this.dialog = document.getElementById("sign-in-dialog");
    this.hasOffered = false;
    this.place = document.getElementById("sign-in-form");
    document.getElementById("sign-in").addEventListener("click", () => this.open());
  }

  /** Open, once a session, unless that would take the keyboard from somebody who types. */
  offer() {
    if (this.hasOffered || document.querySelector("dialog[open]") || document.activeElement?.closest("input, textarea")) return;
    this.hasOffered = true;
    this.open();
  }

  async open() {
    this.place.textContent = "…";
    dialogs.open("sign-in-dialog");
    await this.answer(() => get(this.page.signInUrl, "text/html"));
  }

  /** Show what the server answers to `ask()`. It sends whoever is signed in elsewhere. */
  async answer(ask) {
    let response;
    try {
      response = await ask();
    } catch {
      this.tell(AWAY);
      return;
    }
    if (response.type === "opaqueredirect") {
      this.dialog.close();
      this.onDone();
      return;
    }
    this.show(new DOMParser().parseFromString(await response.text(), "text/html"));
  }

  show(page) {
    const form = page.querySelector(`form[action="${this.page.signInUrl}"]`);
    if (!form) {
      this.tell([...page.querySelectorAll("main p:not(:has(a))")].map((paragraph) => paragraph.textContent).join(" ") || AWAY); // locked out
      return;
    }
    form.classList.remove("panel");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send(form);
    });
    for (const link of form.querySelectorAll("a")) link.target = "_blank";
    this.place.replaceChildren(form);
    form.elements.login.value ||= this.page.email;
    form.elements.password.focus();
  }

  send(form) {
    const body = new URLSearchParams(new FormData(form));
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    return this.answer(() => fetch(this.page.signInUrl, { method: "POST", credentials: "same-origin", redirect: "manual", body }));
  }

  tell(text) {
    const notice = document.createElement("p");
    notice.className = "notice bad";
    notice.setAttribute("role", "alert");
    notice.textContent = text;
    this.place.replaceChildren(notice);
  }
}
