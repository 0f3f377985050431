// Signing in again on the spot: the form of the sign-in page in a dialog, with whatever it asks and answers.

import { element, made, textOf } from "../page.js";
import * as dialogs from "./dialogs.js";
import { get, page } from "./server.js";

export function signIn(onDone) {
  element("sign-in-form").textContent = "…";
  const dialog = dialogs.open("sign-in-dialog");
  const done = () => {
    dialog.close();
    onDone();
  };
  return answer(() => get(page.signInUrl, "text/html"), done);
}

async function answer(ask, done) {
  let response;
  try {
    response = await ask();
  } catch {
    refuse(textOf("unreachable"));
    return;
  }
  if (response.type === "opaqueredirect") done();
  else show(new DOMParser().parseFromString(await response.text(), "text/html"), done);
}

function show(answered, done) {
  const form = answered.querySelector(`form[action="${page.signInUrl}"]`);
  if (!form) {
    refuse([...answered.querySelectorAll("main p:not(:has(a))")].map((paragraph) => paragraph.textContent).join(" ") || textOf("unreachable")); // locked out
    return;
  }
  form.classList.remove("panel");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    answer(() => fetch(page.signInUrl, { method: "POST", credentials: "same-origin", redirect: "manual", body }), done);
  });
  for (const link of form.querySelectorAll("a")) link.target = "_blank";
  element("sign-in-form").replaceChildren(form);
  form.elements.login.value ||= page.email;
  form.elements.password.focus();
}

function refuse(text) {
  const notice = made("p", "notice bad", text);
  notice.role = "alert";
  element("sign-in-form").replaceChildren(notice);
}
