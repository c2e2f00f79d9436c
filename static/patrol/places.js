// What the phone knows of the school, kept for where there is no signal: who the person is, the rounds, the places, the
// standards, and what has been checked today. Kept by person.

import { get, meaning, signedInAs } from "./api.js";
import * as clock from "./clock.js";
import { keep, kept, transact, whereThereIsRoom } from "./store.js";

/** @typedef {{ date: string } & Work} DatedWork */
/** @typedef {{ groups: PlaceGroup[], places: Place[], etag: string | null }} PlaceList */
/** @typedef {{ patrol?: Patrol, places?: PlaceList, standards?: number[], work?: DatedWork, returned?: Returned[] }} Pieces */

const ALL_IS_FRESH = 5 * 60_000;

/** @type {Me | null} */
let person = null;
/** @type {Pieces} */
let pieces = {};
/** By id; also those no longer in force that a record in the outbox was made with. @type {Map<number, Standard>} */
let versions = new Map();
/** @type {Known | null} */
let now = null;
/** When everything was fetched last. */
let askedAt = 0;
/** @type {"in" | "out" | "closed" | "unknown"} */
let signedIn = "unknown";

/** @type {Set<() => void>} */
const listeners = new Set();
const channel = new BroadcastChannel("patrol-places");
channel.addEventListener("message", () => clock.restore().then(restore));

const tell = () => listeners.forEach((listener) => listener());

/** Called when another person is there, or something else is known. @param {() => void} listener @returns {() => void} ends it */
export function on(listener) {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}

/** The person whose phone this was last; signed in or not. */
export const me = () => person;

/** Null until somebody has been here with a signal once. */
export const known = () => now;

/** As the server said last; `closed` where the role does not include checking. */
export const session = () => signedIn;

/** @param {number} id */
export const standard = (id) => versions.get(id);

/** The key of the place that a door card or a person names, by its key or its code. @param {string} said */
export const keyOf = (said) =>
  now?.places.has(said) ? said : [...(now?.places.values() ?? [])].find((place) => place.code === said)?.key;

/** The names of everybody who used this phone, by id. @returns {Promise<Record<number, string>>} */
export const names = async () => (await kept("names")) ?? {};

/** Takes up what is kept. */
export async function restore() {
  const [last, there] = [(await kept("me")) ?? null, signedInAs()];
  // Somebody else has signed in since: his, or nobody's yet, but never what the one before him left
  /** @type {Me | null} */
  const holder = there === null || there === last?.id ? last : ((await kept(`${there}/me`)) ?? null);
  const his = holder ? await piecesOf(holder.id) : {};
  const all = await transact(["standards"], "readonly", (tx) => tx.objectStore("standards").getAll());
  versions = new Map(all.map((/** @type {Standard} */ version) => [version.id, version]));
  [person, pieces] = [holder, his]; // together: nobody taps on one's round for the other
  put({});
}

/** @param {number} id @returns {Promise<Pieces>} */
async function piecesOf(id) {
  const [patrol, places, standards, work, returned] = await Promise.all(
    ["patrol", "places", "standards", "work", "returned"].map((piece) => kept(`${id}/${piece}`)),
  );
  return { patrol, places, standards, work, returned };
}

/** Asks the server for everything. */
export async function refresh() {
  if (!navigator.onLine) return;
  const answer = await get("patrol");
  const trouble = meaning(answer);
  if (trouble) {
    if (trouble === "signed-out") signedIn = answer.status === 403 ? "closed" : "out";
    return tell();
  }
  signedIn = "in";
  await clock.measure(answer.data.now, answer);
  await greet(answer.data.me);
  const { date } = answer.data;
  const [places, standards, work, returned] = await Promise.all([
    get("places", { etag: pieces.places?.etag ?? null }),
    get("standards"),
    get(`work?date=${date}`, { owner: answer.data.me.id }),
    get("reviews/returned"),
  ]);
  if (person?.id !== answer.data.me.id) return; // somebody else, by now
  /** @type {Pieces} */
  const fresh = { patrol: answer.data };
  if (!meaning(places)) fresh.places = { ...places.data, etag: places.etag };
  if (!meaning(standards)) fresh.standards = await learnStandards(standards.data);
  if (!meaning(work)) fresh.work = { date, ...work.data };
  if (!meaning(returned)) fresh.returned = returned.data.returned;
  if ([places, standards, work, returned].every((answer) => !meaning(answer))) askedAt = Date.now();
  await learn(fresh);
}

/** Asks what others have done meanwhile; now and then, and where something is missing, for everything. */
export async function refreshWork() {
  if (!navigator.onLine || signedIn !== "in") return;
  const date = clock.today();
  const isStale = Math.abs(Date.now() - askedAt) > ALL_IS_FRESH;
  if (!now || isStale || date !== pieces.patrol?.date) return refresh();
  const had = pieces.work?.date === date ? pieces.work : null;
  const since = had ? `&since=${encodeURIComponent(had.now)}` : "";
  const answer = await get(`work?date=${date}${since}`, { owner: person?.id });
  if (meaning(answer) === "other-user") return refresh();
  if (meaning(answer)) return;
  await clock.measure(answer.data.now, answer);
  await learn({ work: had && answer.data.since ? added(had, answer.data) : { date, ...answer.data } });
}

/** What has come since, or is another by now. @param {DatedWork} had @param {Work} news @returns {DatedWork} */
function added(had, { now, checks, locked }) {
  const all = new Map([...had.checks, ...checks].map((check) => [check.id, check]));
  return { ...had, now, checks: [...all.values()], locked };
}

/** Measures the clock; what stood in the way, or null. @returns {Promise<Why | null>} */
export async function askTheTime() {
  const answer = await get("patrol");
  const trouble = meaning(answer);
  if (!trouble) await clock.measure(answer.data.now, answer);
  return trouble;
}

/** @param {Me} there */
async function greet(there) {
  if (there.id !== person?.id) pieces = await piecesOf(there.id);
  person = there;
  put({});
  await keep("me", there);
  await keep(`${there.id}/me`, there);
  await keep("names", { ...(await names()), [there.id]: there.name });
}

/** Those before them stay: a record, a draft or a check that comes back is read by its own version. @param {Standard[]} standards those in force @returns {Promise<number[]>} their ids */
async function learnStandards(standards) {
  const inForce = standards.map(({ id }) => id);
  const written = transact(["standards"], "readwrite", async (tx) => {
    for (const version of standards) await tx.objectStore("standards").put(version);
  });
  await whereThereIsRoom(written);
  for (const version of standards) versions.set(version.id, version);
  return inForce;
}

/** @param {Pieces} fresh */
async function learn(fresh) {
  put(fresh);
  for (const [piece, value] of Object.entries(fresh)) await keep(`${person?.id}/${piece}`, value);
  channel.postMessage(null);
}

/** @param {Pieces} fresh */
function put(fresh) {
  pieces = { ...pieces, ...fresh };
  const { patrol, places, standards, work, returned } = pieces;
  now = patrol && places && standards
    ? {
        patrol,
        groups: places.groups,
        places: new Map(places.places.map((place) => [place.key, place])),
        standards: standards.flatMap((id) => versions.get(id) ?? []),
        work: work?.date === clock.today() ? work : { now: "", since: null, checks: [], locked: {} },
        returned: returned ?? [],
      }
    : null;
  tell();
}
