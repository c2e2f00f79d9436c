// Speaking with the server: what was sent, and what the answer means. Nothing here throws.

const API = "/api/v1/";

/**
 * @typedef {object} Answer
 * @property {number} status 0 where none came
 * @property {any} data undefined where it is no JSON
 * @property {string | null} etag
 * @property {number | null} retryAfter in milliseconds
 * @property {number} asked when, by the phone's clock
 * @property {number} came
 */

/**
 * @typedef {object} Sending
 * @property {unknown} [json]
 * @property {ArrayBuffer} [bytes]
 * @property {string} [type] of the bytes
 * @property {number} [owner] whose it is; the server takes it from nobody else
 * @property {string | null} [etag] of what is here already
 * @property {number} [patience] milliseconds
 */

/** @param {string} address @param {Sending} [sending] */
export const get = (address, sending) => ask("GET", address, sending);

/**
 * POST or PUT. The CSRF cookie is read now, for signing in made it anew; where it has gone stale all the same, the
 * server gives another with what it tells of the person.
 *
 * @param {"POST" | "PUT"} method
 * @param {string} address
 * @param {Sending} sending
 */
export async function send(method, address, sending) {
  const answer = await ask(method, address, sending);
  if (answer.status !== 403) return answer;
  const renewed = await get("patrol");
  return meaning(renewed) ? answer : ask(method, address, sending);
}

/**
 * What keeps the records here, as an answer tells it; null where the server did what was asked.
 *
 * @param {Answer} answer
 * @returns {Why | null}
 */
export function meaning({ status, data }) {
  if (status === 0) return "offline";
  if (status === 401 || status === 403) return "signed-out";
  if (status === 409 && data?.code === "other-user") return "other-user";
  // A café's sign-in page answers 200 as well, but not in JSON
  return status < 300 && data !== undefined ? null : "server";
}

/** @param {string} method @param {string} address @param {Sending} [sending] @returns {Promise<Answer>} */
async function ask(method, address, { json, bytes, type, owner, etag, patience = 30_000 } = {}) {
  const headers = new Headers({ Accept: "application/json" });
  if (method !== "GET") headers.set("X-CSRFToken", cookie("csrftoken"));
  if (json !== undefined) headers.set("Content-Type", "application/json");
  if (bytes && type) headers.set("Content-Type", type);
  if (owner !== undefined) headers.set("X-Outbox-Owner", String(owner));
  if (etag) headers.set("If-None-Match", etag);
  const body = json === undefined ? (bytes ?? null) : JSON.stringify(json);
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), patience);
  const asked = Date.now();
  try {
    const answer = await fetch(API + address, { method, headers, body, redirect: "error", cache: "no-store", signal: stop.signal });
    const text = await answer.text();
    const wait = Number(answer.headers.get("Retry-After"));
    return {
      status: answer.status,
      data: parsed(text),
      etag: answer.headers.get("ETag"),
      retryAfter: wait > 0 ? wait * 1000 : null,
      asked,
      came: Date.now(),
    };
  } catch {
    return { status: 0, data: undefined, etag: null, retryAfter: null, asked, came: Date.now() };
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whose session this browser holds, by the id; null where nobody has signed in. */
export const signedInAs = () => Number(cookie("person")) || null;

/** @param {string} name */
const cookie = (name) =>
  document.cookie
    .split("; ")
    .find((part) => part.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? "";
