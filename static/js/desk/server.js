// Where things are on the server, and how to ask for them.

import { dataOf } from "../page.js";

export const page = dataOf("desk-data");

export const deskOf = (item) => `${page.url}${item}/`;
export const pictureOf = (item) => `${page.itemsUrl}${item}/image/`;

/** A redirect, which is one to the sign-in page, is not followed. */
export function get(url, kind = "application/json") {
  return fetch(url, { credentials: "same-origin", redirect: "manual", headers: { Accept: kind } });
}

/** The CSRF token is read anew: signing in changes it. */
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
