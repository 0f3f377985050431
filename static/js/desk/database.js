// Acts in the browser's database, a row each: {order, user, item, event}, numbered as they come.

const ACTS = "acts";
const OF_ITEM = "of-item";

/** Rejects where the browser keeps nothing. */
export async function openDatabase() {
  const request = indexedDB.open("tldr", 1);
  request.onupgradeneeded = () => {
    const acts = request.result.createObjectStore(ACTS, { keyPath: "order", autoIncrement: true });
    acts.createIndex(OF_ITEM, ["user", "item"]);
    acts.createIndex("key", "event.key", { unique: true });
  };
  const database = await answerTo(request);
  database.onversionchange = () => database.close(); // a newer page in another tab is not held up
  return database;
}

export async function rowsOf(database, user) {
  const ofUser = IDBKeyRange.bound([user], [user, []]); // an array sorts after every number
  const rows = await answerTo(database.transaction(ACTS).objectStore(ACTS).index(OF_ITEM).getAll(ofUser));
  return rows.sort((one, other) => one.order - other.order);
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

export function removeRows(database, orders) {
  return changed(database, (acts) => orders.forEach((order) => acts.delete(order)));
}

function answerTo(request) {
  return new Promise((resolve, reject) => {
    request.onerror = () => reject(request.error);
    request.onsuccess = () => resolve(request.result);
  });
}

function changed(database, change) {
  return new Promise((resolve, reject) => {
    const transaction = database.transaction(ACTS, "readwrite");
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
    change(transaction.objectStore(ACTS));
    transaction.commit?.(); // said at once, it is done even if the page goes away before the answer
  });
}
