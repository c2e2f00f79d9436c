// The phone's clock and the server's. A record says the phone's time, right or wrong: the server puts it right by the
// phone's time of sending. Here is known how wrong it is, for what the phone itself decides and for a word about it.

import { keep, kept } from "./store.js";
import { told } from "./words.js";

const MAY_BE_OFF = 10 * 60_000;
const SAME_CLOCK = 30_000;
const LONG_UNDER_WAY = 10_000;

let offset = 0;
/** What the phone's clock said when it was last looked at. */
let last = 0;
/** Between the phone's clock and the one that nobody can set, when this page last measured. @type {number | null} */
let between = null;

/** What must be added to the phone's clock, in milliseconds. */
export function offBy() {
  const phone = Date.now();
  // Earlier than it was: somebody has turned it back, by about so much. Later may be that the phone has slept
  if (phone < last - SAME_CLOCK) offset += last - phone;
  last = phone;
  return offset;
}

export const isOff = () => Math.abs(offBy()) > MAY_BE_OFF;

/** Whether nobody has set the clock between two measurements. @param {number} one @param {number} other */
export const isSameClock = (one, other) => Math.abs(one - other) < SAME_CLOCK;

/** Whether it is known how wrong the clock is now: this page has measured, and since then nobody has set it. */
export const isMeasured = () => between !== null && isSameClock(between, Date.now() - performance.now());

/** The true time, as far as the phone knows. */
export const now = () => Date.now() + offBy();

export async function restore() {
  ({ offset, last } = (await kept("clock")) ?? { offset, last });
}

/** For the next start: whoever sets the clock leaves the app for it. */
export const remember = () => keep("clock", { offset: offBy(), last });

/**
 * `said` is the server's time in an answer to what was asked and came at these times of the phone.
 *
 * @param {string} said
 * @param {{ asked: number, came: number }} answer
 */
export async function measure(said, { asked, came }) {
  const measured = Date.parse(said) - (asked + came) / 2;
  // An answer that was long under way, or waited for while the phone slept, says nothing about now
  if (!Number.isFinite(measured) || came - asked > LONG_UNDER_WAY) return;
  [offset, last, between] = [Math.round(measured), came, came - performance.now()];
  await remember();
}

/** The school's date of the true time, YYYY-MM-DD. */
export const today = () => new Intl.DateTimeFormat("en-CA", { timeZone: told.zone }).format(now());

/** The phone's own time as a record says it: 2026-05-11T07:31:05+08:00. @param {Date} [at] */
export function stamp(at = new Date()) {
  const east = -at.getTimezoneOffset();
  const local = new Date(at.getTime() + east * 60_000).toISOString().slice(0, 19);
  const [hours, minutes] = [Math.trunc(Math.abs(east) / 60), Math.abs(east) % 60].map((part) => String(part).padStart(2, "0"));
  return `${local}${east < 0 ? "-" : "+"}${hours}:${minutes}`;
}
