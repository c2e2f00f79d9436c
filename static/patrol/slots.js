// Which check is meant: the round's or a spot check's; what is known of a place in it; and a record as it will be sent.

import * as clock from "./clock.js";
import * as outbox from "./outbox.js";
import * as places from "./places.js";
import { named, t, told } from "./words.js";

/** @typedef {{ date: string, shift: string, occasion: string }} Slot */

/**
 * One check that is known of, this phone's or another's. `item` is all that was said, where this phone recorded it.
 *
 * @typedef {{
 *   id: string, target: string, shift: string, occasion: string, outcome: Outcome, labels: string[], at: number,
 *   mine: boolean, by: string, item: CheckItem | null, replaces: string | null, undoable: boolean, refused: boolean,
 * }} Seen
 */

/**
 * What is known of one place in a slot: one's own newest, the others' there, and theirs of the shift's other occasions.
 *
 * @typedef {{ mine: Seen | null, others: Seen[], beside: Seen[] }} State
 */

// Within this time one is still there: what the same person records again is no second visit
export const SAME_VISIT = 10 * 60_000;

/** @param {Round} round @returns {Slot} */
export const slotOf = ({ date, shift, occasion }) => ({ date, shift, occasion });

/** Where no round says it: the shift whose usual start was last, an hour early at most. @returns {Slot} */
export function slotOfNow(occasion = "spot") {
  const time = new Intl.DateTimeFormat("en-GB", { timeZone: told.zone, hour: "2-digit", minute: "2-digit" }).format(clock.now() + 3600_000);
  const shifts = places.known()?.patrol.shifts ?? [];
  const begun = shifts.filter(({ starts_at }) => starts_at <= time);
  return { date: clock.today(), shift: (begun.at(-1) ?? shifts[0])?.code ?? "morning", occasion };
}

/** The rounds of today that this person walks. @returns {Round[]} */
export const roundsOfToday = () => (places.known()?.patrol.rounds ?? []).filter(({ date }) => date === clock.today());

const CHOSEN = "patrol-round";

/** Where there are several rounds, this one is walked, until the tab is closed. @param {number} id */
export const chooseRound = (id) => sessionStorage.setItem(CHOSEN, String(id));

/** The one chosen, else that of the shift it is, else the first. @returns {Round | null} */
export function walkedRound() {
  const rounds = roundsOfToday();
  const chosen = Number(sessionStorage.getItem(CHOSEN));
  const { shift } = slotOfNow();
  return rounds.find(({ id }) => id === chosen) ?? rounds.find((one) => one.shift === shift) ?? rounds[0] ?? null;
}

/** The round that a place belongs to: the one that is walked, where it holds the place. @param {Place} place */
export const roundOf = ({ key }) => [walkedRound(), ...roundsOfToday()].find((round) => round?.stops.includes(key)) ?? null;

/** @param {CheckItem} item */
export const keyOf = ({ target }) => `${target.type}:${target.code}`;

/** The version to check a place with. @param {Place} place @param {string} occasion */
export function standardFor({ kind }, occasion) {
  const wanted = kind === "classroom" && occasion === "deep_clean" ? "classroom_deep" : kind;
  return places.known()?.standards.find((one) => one.kind === wanted) ?? null;
}

/** Whether it counts once verified, and is not only a visit (§5.1). @param {Seen} seen */
export function counts({ outcome, item, target }) {
  if (outcome === "nobody" || outcome === "skipped") return false;
  if (outcome !== "locked") return true;
  const place = places.known()?.places.get(target);
  const version = (item && places.standard(item.standard)) ?? (place && standardFor(place, "routine"));
  return Number(version?.locked_points ?? 0) > 0;
}

/** Whether a new record would be instead of it, and not beside it. @param {Seen} seen */
export const isCorrected = (seen) => (counts(seen) && seen.occasion !== "spot") || clock.now() - seen.at < SAME_VISIT;

/** 衣服乱挂 of each finding. @param {CheckItem} item @returns {string[]} */
export function labels({ findings, standard }) {
  const items = places.standard(standard)?.items ?? [];
  const defects = new Map(items.flatMap((one) => one.defects.map((defect) => [defect.code, named(defect)])));
  return findings.map(({ defect, text }) => (defect ? (defects.get(defect) ?? defect) : text));
}

/** Everything known of today, by place. @returns {Promise<Map<string, Seen[]>>} */
export async function seenToday() {
  const [rows, sent] = await Promise.all([outbox.rows(), outbox.sent()]);
  const known = places.known();
  const own = rows.map((row) => ownCheck(row.item, row.offset, row.state === "waiting" && !row.handed, row.state !== "waiting" && !row.stored));
  const away = sent.map(({ item, offset }) => ownCheck(item, offset ?? clock.offBy(), false, false));
  const work = (known?.work.checks ?? []).filter((check) => !check.replaced_by).map(othersCheck);
  const here = new Set([...own, ...away].map(({ id }) => id));
  const all = [...own, ...away, ...work.filter(({ id }) => !here.has(id))];
  const replaced = new Set(all.filter(({ refused }) => !refused).map(({ replaces }) => replaces));
  /** @type {Map<string, Seen[]>} */
  const found = new Map();
  for (const seen of all) {
    if (replaced.has(seen.id) || seen.refused || dateOf(seen.at) !== clock.today()) continue;
    found.set(seen.target, [...(found.get(seen.target) ?? []), seen]);
  }
  return found;
}

/** @param {CheckItem} item @param {number} offset @param {boolean} undoable @param {boolean} refused @returns {Seen} */
function ownCheck(item, offset, undoable, refused) {
  const { id, shift, occasion, outcome, replaces } = item;
  const at = Date.parse(item.performed_at) + offset;
  return { id, target: keyOf(item), shift, occasion, outcome, labels: labels(item), at, mine: true, by: "", item, replaces, undoable, refused };
}

/** @param {WorkCheck} check @returns {Seen} */
function othersCheck({ id, target, shift, occasion, outcome, findings, by, mine, performed_at, said: item }) {
  const said = findings.map(({ label, label_en }) => named({ name: label, name_en: label_en }));
  const at = Date.parse(performed_at);
  return { id, target, shift, occasion, outcome, labels: said, at, mine, by: by.name, item, replaces: null, undoable: false, refused: false };
}

/** @param {number} at */
const dateOf = (at) => new Intl.DateTimeFormat("en-CA", { timeZone: told.zone }).format(at);

/** @param {Seen[] | undefined} seen of one place @param {Slot} slot @returns {State} */
export function stateIn(seen, { shift, occasion }) {
  const here = (seen ?? []).filter((one) => one.shift === shift).sort((a, b) => a.at - b.at);
  const mine = here.filter((one) => one.mine && one.occasion === occasion).at(-1) ?? null;
  const theirs = here.filter((one) => !one.mine);
  return { mine, others: theirs.filter((one) => one.occasion === occasion), beside: theirs.filter((one) => one.occasion !== occasion) };
}

/** A record of a place, with nothing found yet. @param {Place} place @param {Slot} slot @param {Outcome} outcome @returns {CheckItem} */
export function newItem(place, { shift, occasion }, outcome) {
  return {
    id: crypto.randomUUID(),
    target: { type: place.type, code: place.code },
    shift,
    occasion,
    performed_at: clock.stamp(),
    outcome,
    told: null,
    standard: standardFor(place, occasion)?.id ?? 0,
    note: "",
    replaces: null,
    findings: [],
  };
}

/** 干净, or 正常 at a post. @param {Place} place */
export const cleanWord = ({ kind }) => t(kind === "duty" ? "in-order" : "outcome-clean");

/** 混合宿舍 0853 / 0852 @param {Place} place */
export const whose = ({ type, classes }) =>
  `${type === "room" && classes.length > 1 ? `${t("mixed")} ` : ""}${classes.join(" / ") || t("no-class")}`;
