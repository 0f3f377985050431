// Asking the server: where things are, and how to send and fetch them as the person who is signed in.

import { dataOf } from "../page.js";

/** What stays the same from item to item. */
export const page = dataOf("desk-data");

export const deskOf = (item) => `${page.url}${item}/`;
export const pictureOf = (item) => `${page.itemsUrl}${item}/image/`;

/** GET what only a person who is signed in may have; a redirect (to the sign-in page) is not followed. */
export function get(url, kind = "application/json") {
  return fetch(url, { credentials: "same-origin", redirect: "manual", headers: { Accept: kind } });
}

/** POST JSON. A redirect (to the sign-in page) is not followed, and the CSRF token is read anew: signing in changes it. */
export function post(url, body) {
  const name = `${page.csrfCookie}=`;
  const cookie = document.cookie.split("; ").find((pair) => pair.startsWith(name));
  return fetch(url, {
    method: "POST",
    credentials: "same-origin",
    redirect: "manual",
    headers: { "Content-Type": "application/json", "X-CSRFToken": cookie?.slice(name.length) ?? "" },
    body: JSON.stringify(body),
  });
}
