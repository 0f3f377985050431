// The browser's database of acts that the server does not have yet: a row each, {order, user, item, event}, numbered as they come.

const ACTS = "acts";
const OF_ITEM = "of-item";

/** The database, made where there is none yet. Rejects where the browser keeps nothing. */
export function openDatabase() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("tldr", 1);
    request.onupgradeneeded = () => {
      const acts = request.result.createObjectStore(ACTS, { keyPath: "order", autoIncrement: true });
      acts.createIndex(OF_ITEM, ["user", "item"]);
      acts.createIndex("key", "event.key", { unique: true });
    };
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close(); // a newer page in another tab is not held up
      resolve(request.result);
    };
  });
}

/** The rows of one person, in order. */
export function rowsOf(database, user) {
  return new Promise((resolve, reject) => {
    const ofUser = IDBKeyRange.bound([user], [user, []]); // an array sorts after every number
    const request = database.transaction(ACTS).objectStore(ACTS).index(OF_ITEM).getAll(ofUser);
    request.onerror = () => reject(request.error);
    request.onsuccess = () => resolve(request.result.sort((one, other) => one.order - other.order));
  });
}

/** Write rows, each act once. Resolves with their numbers when they will outlive the page. */
export function addRows(database, rows) {
  const orders = [];
  const written = changed(database, (acts) => {
    rows.forEach((row, place) => {
      const request = acts.add(row);
      request.onsuccess = () => (orders[place] = request.result);
      request.onerror = (event) => request.error.name === "ConstraintError" && event.preventDefault(); // another tab was faster
    });
  });
  return written.then(() => orders);
}

/** Forget rows by their numbers. */
export function removeRows(database, orders) {
  return changed(database, (acts) => orders.forEach((order) => acts.delete(order)));
}

/** Resolves when what `change(acts)` did is written. */
function changed(database, change) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(ACTS, "readwrite");
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
    change(transaction.objectStore(ACTS));
    transaction.commit?.(); // said at once, it is done even if the page goes away before the answer
  });
}
