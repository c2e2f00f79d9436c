// The database on the phone. An upgrade adds what is missing and takes nothing away, so a page that is older than the
// database works on with it.

import { openDB } from "../idb/build/index.js";

export const SCHEMA = 1;
const NAME = "patrol";

/** The stores: how a record is found. @type {Record<string, { keyPath?: string, indexes?: string[] }>} */
const STORES = {
  outbox: { keyPath: "id", indexes: ["owner"] },
  photos: { keyPath: "id", indexes: ["row"] },
  sent: { keyPath: "id", indexes: ["owner", "at"] },
  standards: { keyPath: "id" },
  kept: {},
};

/** @typedef {import("idb").IDBPTransaction<any, string[], "readwrite">} Transaction */

export class StorageFull extends Error {}

/** @type {Promise<import("idb").IDBPDatabase<any>> | null} */
let opened = null;

/** Told when an upgrade waits for another tab to let go. @type {(() => void)[]} */
const waiting = [];

/** @param {() => void} listener */
export const onBlocked = (listener) => void waiting.push(listener);

const forget = () => {
  opened = null;
};

function database() {
  opened ??= open(SCHEMA).catch((error) => {
    forget();
    throw error;
  });
  return opened;
}

/** @param {number} [version] none: as it stands @returns {Promise<import("idb").IDBPDatabase<any>>} */
async function open(version) {
  try {
    return await openDB(NAME, version, {
      upgrade: addWhatIsMissing,
      blocked: () => waiting.forEach((listener) => listener()),
      // A newer page wants to upgrade: let go, and take it up again at the next use
      blocking: (_current, _wanted, event) => {
        /** @type {IDBDatabase} */ (event.target).close();
        forget();
      },
      terminated: forget,
    });
  } catch (error) {
    if (version && named(error, "VersionError")) return open();
    throw error;
  }
}

/** @type {NonNullable<import("idb").OpenDBCallbacks<any>["upgrade"]>} */
function addWhatIsMissing(db, _from, _to, transaction) {
  for (const [name, { keyPath, indexes = [] }] of Object.entries(STORES)) {
    const store = db.objectStoreNames.contains(name)
      ? transaction.objectStore(name)
      : db.createObjectStore(name, keyPath ? { keyPath } : undefined);
    for (const index of indexes) if (!store.indexNames.contains(index)) store.createIndex(index, index);
  }
}

/**
 * What `work` makes of one transaction over `stores`, once that is complete: all of it, or nothing.
 *
 * `work` may wait for the transaction's own requests alone, and may be run twice: a connection that was lost meanwhile
 * is taken up again. Throws StorageFull, or what the browser threw.
 *
 * @template T
 * @param {string[]} stores
 * @param {"readonly" | "readwrite"} mode
 * @param {(transaction: Transaction) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function transact(stores, mode, work) {
  try {
    return await attempt(stores, mode, work);
  } catch (error) {
    if (!named(error, "InvalidStateError", "UnknownError")) throw error;
    forget();
    return attempt(stores, mode, work);
  }
}

/**
 * @template T
 * @param {string[]} stores
 * @param {"readonly" | "readwrite"} mode
 * @param {(transaction: Transaction) => Promise<T>} work
 */
async function attempt(stores, mode, work) {
  const db = await database();
  const transaction = /** @type {Transaction} */ (db.transaction(stores, mode, { durability: "strict" }));
  // Heard of below; a rejection that nobody waits for yet is not one that nobody hears
  transaction.done.catch(() => {});
  try {
    const made = await work(transaction);
    await transaction.done;
    return made;
  } catch (error) {
    const cause = await undone(transaction, error);
    throw named(cause, "QuotaExceededError") ? new StorageFull() : cause;
  }
}

/** Waits until nothing is left of it; why it failed. @param {Transaction} transaction @param {unknown} error */
async function undone(transaction, error) {
  try {
    transaction.abort();
  } catch {
    // it has ended by itself
  }
  await transaction.done.catch(() => {});
  return transaction.error ?? error;
}

/** @param {unknown} error @param {...string} names */
const named = (error, ...names) => error instanceof DOMException && names.includes(error.name);

/** @param {string} key @returns {Promise<any>} */
export const kept = (key) => transact(["kept"], "readonly", (tx) => tx.objectStore("kept").get(key));

/** See `whereThereIsRoom`. @param {string} key @param {unknown} value */
export const keep = (key, value) => whereThereIsRoom(transact(["kept"], "readwrite", (tx) => tx.objectStore("kept").put(value, key)));

/** For what the server can tell again: without room, the page has it all the same. @param {Promise<unknown>} written */
export async function whereThereIsRoom(written) {
  try {
    await written;
  } catch (error) {
    if (!(error instanceof StorageFull)) throw error;
  }
}
