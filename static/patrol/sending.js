// From the phone to the server: what is due, in batches, then the photos, again and again until the server has said of
// each that it is there.

import { meaning, send } from "./api.js";
import { isMeasured, isSameClock, offBy, remember } from "./clock.js";
import { askTheTime, me, refresh } from "./places.js";
import { GRACE, change, isFull, on, photosOf, rows, tell } from "./queue.js";
import { StorageFull, transact } from "./store.js";
import { t } from "./words.js";

/** @typedef {import("./api.js").Answer} Answer */

const FIRST_WAIT = 5_000;
const LONGEST_WAIT = 5 * 60_000;
const SENT_IS_KEPT = 3 * 24 * 3600_000;
const PHOTO_PATIENCE = 120_000;
const CHOKES_IN_A_ROW = 3; // then it is not one record that the server fails on

/** What stopped a sending, and how long the server wants to be left alone. @typedef {{ why: Why, wait: number | null }} Trouble */

// When

/** Why the last sending left something here, in whichever tab. @type {Why | null} */
let why = null;
let patience = FIRST_WAIT;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer;
let wakesAt = Infinity;
/** @type {Promise<void> | null} */
let queued = null;
const channel = new BroadcastChannel("patrol-sending");

/** Sends now, and from now on at every sign that it may work. */
export async function start() {
  addEventListener("online", () => flush());
  addEventListener("offline", tell);
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : flush()));
  channel.addEventListener("message", (event) => {
    why = event.data;
    tell();
  });
  on(wakeWhenDue);
  await forgetSent();
  await flush();
}

/** The page goes: nobody takes anything back any more. */
async function leave() {
  void remember();
  await hurry();
  await flush();
}

const hurry = () =>
  change((found) => ({ put: found.filter((row) => !isDue(row)).map((row) => ({ ...row, dueAt: 0 })) }));

async function forgetSent() {
  const old = IDBKeyRange.upperBound(Date.now() - SENT_IS_KEPT);
  await transact(["sent"], "readwrite", async (tx) => {
    const store = tx.objectStore("sent");
    for (const key of await store.index("at").getAllKeys(old)) await store.delete(key);
  });
}

/**
 * Sends what is due; with `now` all of it. Where the browser says that there is no network, it may be wrong: with `now` or
 * in `doubt` it is tried all the same. One sending at a time, of all tabs.
 *
 * @param {{ now?: boolean, doubt?: boolean }} [options]
 * @returns {Promise<void>}
 */
export async function flush({ now = false, doubt = now } = {}) {
  if (now) await hurry();
  if (!navigator.onLine && !doubt) return wakeIn(LONGEST_WAIT, true);
  queued ??= sendInTurn();
  return queued;
}

async function sendInTurn() {
  await navigator.locks.request("patrol-outbox", () => {
    queued = null;
    return sendAll();
  });
}

async function sendAll() {
  const owner = me()?.id;
  if (owner === undefined) return;
  const trouble = await sendRecordsAndPhotos(owner).catch(storageTrouble);
  why = trouble?.why ?? null;
  // Also what the server said nothing about
  const isLeft = trouble !== null || (await rows()).some((row) => isReady(row, owner));
  patience = isLeft ? Math.min(patience * 2, LONGEST_WAIT) : FIRST_WAIT;
  if (isLeft) wakeIn(trouble?.wait ?? patience);
  channel.postMessage(why);
  tell();
  if (why === "other-user") void refresh();
}

/** @param {unknown} error @returns {Trouble} */
function storageTrouble(error) {
  if (error instanceof DOMException || error instanceof StorageFull) return { why: "storage", wait: null };
  throw error;
}

async function wakeWhenDue() {
  const undue = (await rows()).filter((row) => row.state === "waiting" && !isDue(row));
  if (undue.length > 0) wakeIn(Math.min(...undue.map((row) => row.dueAt)) - Date.now());
}

/** Flushes after `ms`, or before where that is settled already. @param {number} ms @param {boolean} [doubt] */
export function wakeIn(ms, doubt = false) {
  const at = performance.now() + ms;
  if (at >= wakesAt) return;
  clearTimeout(timer);
  wakesAt = at;
  timer = setTimeout(() => {
    wakesAt = Infinity;
    void flush({ doubt });
  }, ms);
}

/** @returns {Promise<OutboxState>} */
export async function state() {
  const own = await rows();
  const waiting = own.filter((row) => row.state === "waiting");
  return {
    waiting: waiting.length,
    photos: waiting.flatMap((row) => row.photos).filter((photo) => !photo.sent).length,
    since: waiting[0]?.savedAt ?? null,
    why: isFull() ? "storage" : waiting.length === 0 ? null : navigator.onLine ? why : "offline",
    rejected: own.length - waiting.length,
  };
}

// Records

/** Records first: they weigh more, and are lighter. @param {number} owner @returns {Promise<Trouble | null>} */
async function sendRecordsAndPhotos(owner) {
  const trouble = await sendRecords(owner);
  return trouble && trouble.why !== "server" ? trouble : ((await sendPhotos(owner)) ?? trouble);
}

/** @param {number} owner @returns {Promise<Trouble | null>} */
async function sendRecords(owner) {
  /** @type {Set<string>} */
  const tried = new Set();
  /** @type {Trouble | null} */
  let trouble = null;
  let chokes = 0;
  if (!isMeasured() && (await rows()).some((row) => isToSend(row, owner, tried)) && (await askTheTime()) === "offline") {
    return { why: "offline", wait: null };
  }
  for (;;) {
    const batch = await hand(owner, tried);
    if (batch.length === 0) return trouble;
    const inspections = batch.map((row) => row.item);
    const answer = await send("POST", "inspections/batch", { owner, json: { sent_at: sentAt(batch), inspections } });
    if (!meaning(answer) && Array.isArray(answer.data.results)) {
      if (!(await settle(batch, answer.data.results))) trouble = { why: "server", wait: null };
      batch.forEach((row) => tried.add(attempt(row)));
      chokes = 0;
      continue;
    }
    trouble = troubleOf(answer);
    await note(batch, answer, trouble);
    if (!isAboutContent(answer)) return trouble;
    if (batch.length === 1) batch.forEach((row) => tried.add(attempt(row)));
    if (answer.status >= 500 && ++chokes === CHOKES_IN_A_ROW) return trouble;
  }
}

/**
 * The next rows to send, all recorded by one clock; from now on nobody takes them back. Those on which the server choked
 * come last and in ever smaller company, until the one that it chokes on goes alone.
 *
 * @param {number} owner
 * @param {Set<string>} tried
 */
async function hand(owner, tried) {
  const { put } = await change((found) => {
    const ready = found.filter((row) => isToSend(row, owner, tried));
    /** @type {OutboxRow[]} */
    const batch = [];
    for (const row of ready.sort((a, b) => b.company - a.company || a.savedAt - b.savedAt)) {
      if (batch.length >= row.company) break;
      if (isSameClock(row.offset, (batch[0] ?? row).offset)) batch.push(row);
    }
    return { put: batch.map((row) => ({ ...row, handed: true, tries: row.tries + 1, lastTry: Date.now() })) };
  });
  return put;
}

/** @param {OutboxRow} row @param {number} owner */
const isReady = (row, owner) => row.owner === owner && row.state === "waiting" && isDue(row);

/** @param {OutboxRow} row @param {number} owner @param {Set<string>} tried */
const isToSend = (row, owner, tried) => isReady(row, owner) && !row.stored && !tried.has(attempt(row));

/** Once more by another clock is something else. @param {OutboxRow} row */
const attempt = ({ id, offset }) => `${id} ${offset}`;

/** Due, too, is what was saved before somebody turned the clock back. @param {OutboxRow} row */
const isDue = ({ dueAt }) => dueAt <= Date.now() || dueAt > Date.now() + GRACE;

/**
 * What the clock that recorded these would say now. Where it has been put right since, the server must still correct by
 * what it was off.
 *
 * @param {OutboxRow[]} batch
 */
function sentAt([first]) {
  const offset = first?.offset ?? 0;
  return new Date(Date.now() + (isSameClock(offset, offBy()) ? 0 : offBy() - offset)).toISOString();
}

/** @typedef {{ id: string, status: string, errors?: Record<string, string[]>, photos?: string[] }} Result */

/** Takes the server at its word, row by row; whether it has said something of each. @param {OutboxRow[]} batch @param {Result[]} results */
async function settle(batch, results) {
  const said = new Map(results.map((result) => [result.id, result]));
  await edit(batch, (row) => settled(row, said.get(row.id)));
  return batch.every(({ id }) => said.has(id));
}

/** A row of which the server says nothing stays. @param {OutboxRow} row @param {Result | undefined} result @returns {OutboxRow} */
function settled(row, result) {
  switch (result?.status) {
    case "created":
    case "duplicate": {
      const photos = row.photos.map((photo) => ({ ...photo, sent: photo.sent && !result.photos?.includes(photo.id) }));
      return { ...row, stored: true, photos, lastError: null };
    }
    case "conflict":
    case "rejected":
      // Or the clock was set after it had last been measured, and before this was saved
      if (result.errors?.performed_at && !isSameClock(row.offset, offBy())) return { ...row, offset: offBy() };
      return { ...row, state: result.status, errors: result.errors ?? {} };
    default:
      return { ...row, lastError: "server" };
  }
}

/** @param {OutboxRow[]} batch @param {Answer} answer @param {Trouble} trouble */
async function note(batch, answer, trouble) {
  const isContent = isAboutContent(answer);
  const company = Math.ceil(batch.length / 2);
  await edit(batch, (row) => ({ ...row, lastError: trouble.why, company: isContent ? company : row.company }));
  if (isContent && answer.status < 500 && batch.length === 1) await refuse(batch, detailOf(answer));
}

/** @param {OutboxRow[]} batch @param {string} reason */
const refuse = (batch, reason) => edit(batch, (row) => ({ ...row, state: "rejected", errors: { detail: [reason] } }));

/** Changes these rows as they stand now; those that have nothing left to send leave. @param {OutboxRow[]} batch @param {(row: OutboxRow) => OutboxRow} make */
async function edit(batch, make) {
  const ids = new Set(batch.map((row) => row.id));
  await change((found) => {
    const made = found.filter((row) => ids.has(row.id)).map(make);
    return { put: made.filter((row) => !isDone(row)), sent: made.filter(isDone) };
  });
}

/** @param {OutboxRow} row */
const isDone = ({ stored, photos }) => stored && photos.every((photo) => photo.sent);

/** Said by the application itself, and maybe about one record of many. @param {Answer} answer */
const isAboutContent = ({ status, data }) => [400, 413, 422, 500].includes(status) && data !== undefined;

/** @param {Answer} answer */
const detailOf = ({ status, data }) => String(data?.detail ?? status);

/** @param {Answer} answer @returns {Trouble} */
const troubleOf = (answer) => ({ why: meaning(answer) ?? "server", wait: answer.retryAfter });

// Photos

/** Least tried first, so that one that never gets through holds up no other. @param {number} owner @returns {Promise<Trouble | null>} */
async function sendPhotos(owner) {
  const ready = (await rows()).filter((row) => isReady(row, owner) && row.stored).sort((a, b) => a.tries - b.tries);
  /** @type {Trouble | null} */
  let trouble = null;
  for (const row of ready) {
    trouble = (await sendPhotosOf(row)) ?? trouble;
    if (trouble && trouble.why !== "server") return trouble;
  }
  return trouble;
}

/** @param {OutboxRow} row @returns {Promise<Trouble | null>} */
async function sendPhotosOf(row) {
  const kept = new Map((await photosOf(row.id)).map((photo) => [photo.id, photo]));
  for (const { id, sha256 } of row.photos.filter((photo) => !photo.sent)) {
    const photo = kept.get(id);
    if (!photo) return refused(row, t("photo-gone"));
    const sending = { owner: row.owner, bytes: photo.bytes, type: photo.type, patience: PHOTO_PATIENCE };
    const answer = await send("PUT", `photos/${id}`, sending);
    if (isRefusal(answer)) return refused(row, detailOf(answer));
    if (meaning(answer) || answer.data.sha256 !== sha256) {
      const trouble = troubleOf(answer);
      await edit([row], (now) => ({ ...now, tries: now.tries + 1, lastTry: Date.now(), lastError: trouble.why }));
      return trouble;
    }
    await edit([row], (now) => ({ ...now, photos: now.photos.map((mark) => (mark.id === id ? { ...mark, sent: true } : mark)) }));
  }
  return null;
}

/** No picture, too large, or another one under this id: sent again, it would be refused again. @param {Answer} answer */
const isRefusal = (answer) => meaning(answer) === "server" && [400, 409, 413, 415].includes(answer.status) && answer.data !== undefined;

/** @param {OutboxRow} row @param {string} reason */
async function refused(row, reason) {
  await refuse([row], reason);
  return null;
}
