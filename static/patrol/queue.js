// The rows of the outbox as they lie in the database: saved, changed, taken back, thrown away.

import { isSameClock, offBy, stamp } from "./clock.js";
import { signedInAs } from "./api.js";
import { me, refresh, restore } from "./places.js";
import { StorageFull, transact } from "./store.js";

/** For which a record may be taken back, in milliseconds. */
export const GRACE = 6_000;
/** How many are sent at once. */
const BATCH = 50;

/** @typedef {import("./store.js").Transaction} Transaction */

// Telling each other

/** @type {Set<() => void>} */
const listeners = new Set();
const channel = new BroadcastChannel("patrol-outbox");
channel.addEventListener("message", () => tell());

export const tell = () => listeners.forEach((listener) => listener());

/** Called on any change, also by another tab's. @param {() => void} listener @returns {() => void} ends it */
export function on(listener) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

function changed() {
  channel.postMessage(null);
  tell();
}

// Reading

/** What the phone was too full to write down: this page remembers it until the row is gone. @type {Map<string, OutboxRow>} */
const unwritten = new Map();
/** The last save found no room. */
let full = false;

export const isFull = () => full;

/** What an older app did not write of a row yet. It may have sent it. */
const UNSAID = {
  photos: [],
  savedAt: 0,
  dueAt: 0,
  offset: 0,
  state: /** @type {const} */ ("waiting"),
  errors: {},
  handed: true,
  stored: false,
  tries: 0,
  lastTry: null,
  lastError: null,
  company: BATCH,
};

/** @param {Transaction} tx @returns {Promise<OutboxRow[]>} everybody's, oldest first */
async function read(tx) {
  /** @type {OutboxRow[]} */
  const found = await tx.objectStore("outbox").getAll();
  return found.map((row) => unwritten.get(row.id) ?? { ...UNSAID, ...row }).sort((a, b) => a.savedAt - b.savedAt);
}

/** The current person's, oldest first. @returns {Promise<OutboxRow[]>} */
export const rows = async () => (await transact(["outbox"], "readonly", read)).filter((row) => row.owner === me()?.id);

/** @param {string} id of a row @returns {Promise<StoredPhoto[]>} */
export const photosOf = (id) => transact(["photos"], "readonly", (tx) => tx.objectStore("photos").index("row").getAll(id));

/** How many rows of other people wait on this phone, by person. @returns {Promise<Map<number, number>>} */
export async function elsewhere() {
  const counts = new Map();
  for (const { owner } of await transact(["outbox"], "readonly", read)) {
    if (owner !== me()?.id) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  }
  return counts;
}

/** What the server has acknowledged of the current person's, in the last days. @returns {Promise<SentRow[]>} */
export const sent = () =>
  transact(["sent"], "readonly", (tx) => tx.objectStore("sent").index("owner").getAll(me()?.id ?? -1));

/** What is corrected or answered by a record that waits or has been sent. @returns {Promise<Set<string>>} */
export async function answered() {
  const [own, away] = await Promise.all([rows(), sent()]);
  return new Set([...own.filter(({ state }) => state === "waiting"), ...away].flatMap(({ item }) => item.replaces ?? []));
}

// Saving

/** Whoever holds the phone is not the one whose work the screen showed. */
export class OtherPerson extends Error {}

let writing = 0;

/** A record is being written down: the page must not go now. */
export const isWriting = () => writing > 0;

/** See `save`. @param {CheckItem} item @param {Photo[]} photos @param {string | null} mends @param {string[]} drafts */
export async function keep(item, photos, mends, drafts) {
  const owner = me();
  if (owner && owner.id !== (signedInAs() ?? owner.id)) {
    await restore();
    void refresh();
    throw new OtherPerson();
  }
  if (!owner) throw new Error("Nobody is known on this phone yet");
  const row = fresh(owner.id, item, await Promise.all(photos.map(mark)));
  writing++;
  try {
    await transact(["outbox", "photos", "kept"], "readwrite", async (tx) => {
      if (await tx.objectStore("outbox").get(row.id)) return; // pressed twice: what is queued stays as it is
      await tx.objectStore("outbox").add(row);
      for (const { id, bytes, type } of photos) await tx.objectStore("photos").put({ id, row: row.id, bytes, type });
      if (mends) await remove(tx, mends);
      for (const draft of drafts) await tx.objectStore("kept").delete(draft);
    });
    full = false;
  } catch (error) {
    full = error instanceof StorageFull;
    throw error;
  } finally {
    writing--;
    changed();
  }
}

/** @param {number} owner @param {CheckItem} item @param {OutboxRow["photos"]} photos @returns {OutboxRow} */
function fresh(owner, item, photos) {
  const savedAt = Date.now();
  return { ...UNSAID, id: item.id, owner, item, photos, savedAt, dueAt: savedAt + GRACE, offset: offBy(), handed: false };
}

/** @param {Photo} photo */
async function mark({ id, bytes }) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return { id, sha256: [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""), sent: false };
}

// Changing

/** @param {Transaction} tx @param {string} id */
async function remove(tx, id) {
  await tx.objectStore("outbox").delete(id);
  const photos = tx.objectStore("photos");
  for (const key of await photos.index("row").getAllKeys(id)) await photos.delete(key);
}

/** @typedef {{ put?: OutboxRow[], sent?: OutboxRow[], gone?: OutboxRow[] }} Change */

/**
 * Changes rows as `decide` says of all there are, in one transaction. Where there is no room to write a change down, the
 * page remembers it: a full phone must still be able to send, or it stays full.
 *
 * @param {(rows: OutboxRow[]) => Change} decide run a second time then
 * @returns {Promise<Required<Change>>} what it decided
 */
export async function change(decide) {
  const made = await write(decide, true).catch((error) => {
    if (error instanceof StorageFull) return write(decide, false);
    throw error;
  });
  if (Object.values(made).some((some) => some.length > 0)) changed();
  return made;
}

/** @param {(rows: OutboxRow[]) => Change} decide @param {boolean} room */
async function write(decide, room) {
  const made = await transact(["outbox", "photos", "sent"], "readwrite", async (tx) => {
    const { put = [], sent = [], gone = [] } = decide(await read(tx));
    if (room) {
      for (const row of put) await tx.objectStore("outbox").put(row);
      for (const { id, owner, item, offset } of sent) await tx.objectStore("sent").put({ id, owner, item, offset, at: Date.now() });
    }
    for (const { id } of [...sent, ...gone]) await remove(tx, id);
    return { put, sent, gone };
  });
  for (const { id } of Object.values(made).flat()) unwritten.delete(id);
  if (!room) for (const row of made.put) unwritten.set(row.id, row);
  return made;
}

/**
 * Whether it was still here, and now is gone with its photos. What has been given to a sending may have arrived.
 *
 * @param {string} id
 */
export const takeBack = (id) => drop((row) => row.id === id && !row.handed);

/** Throws away what the server refused; only a person decides that. @param {string} id */
export const discard = (id) => drop((row) => row.id === id && row.state !== "waiting");

/** @param {(row: OutboxRow) => boolean} which */
async function drop(which) {
  const { gone } = await change((found) => ({ gone: found.filter(which) }));
  full &&= gone.length === 0;
  return gone.length > 0;
}

/**
 * What a refused row says, under new ids, to be mended and saved with `mends`. Where the server holds the record and
 * only a photo of it not, the new one replaces it.
 *
 * @param {string} id
 * @returns {Promise<{ item: CheckItem, photos: Photo[], errors: Record<string, string[]> } | null>}
 */
export async function renewed(id) {
  const row = (await rows()).find((one) => one.id === id);
  if (!row) return null;
  /** @type {Map<string, Photo>} */
  const photos = new Map();
  for (const { id: old, bytes, type } of await photosOf(id)) photos.set(old, { id: crypto.randomUUID(), bytes, type });
  const findings = row.item.findings.map((finding) => ({
    ...finding,
    id: crypto.randomUUID(),
    photos: finding.photos.flatMap((old) => photos.get(old)?.id ?? []),
  }));
  // What the server says cannot be replaced, the mended one stands beside
  const replaces = row.stored ? row.id : row.errors.replaces ? null : row.item.replaces;
  const time = new Date(Date.parse(row.item.performed_at) + row.offset - offBy());
  const performed_at = isSameClock(row.offset, offBy()) ? row.item.performed_at : stamp(time);
  const item = { ...row.item, id: crypto.randomUUID(), performed_at, findings, replaces };
  return { item, photos: [...photos.values()], errors: row.errors };
}
