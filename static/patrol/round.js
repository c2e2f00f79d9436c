// The round: every place of it, what has been found there, and the one that is next. One tap is a clean room.

import * as clock from "./clock.js";
import { bar, byId, el, icon, inTurn, paint, say } from "./dom.js";
import * as outbox from "./outbox.js";
import * as places from "./places.js";
import { chooseRound, cleanWord, counts, newItem, roundsOfToday, seenToday, slotOf, stateIn, walkedRound, whose } from "./slots.js";
import { clockTime, named, t, told } from "./words.js";

/** @typedef {import("./slots.js").Seen} Seen */
/** @typedef {import("./slots.js").Slot} Slot */
/** @typedef {import("./slots.js").State} State */

const FOUND_AT_MOST = 40;
const TICKS_AT_MOST = 60;

/** @type {HTMLElement | null} */
let main = null;
/** The place just left: the next one follows it. @type {string | null} */
let left = null;
/** What is looked for, where a number is typed. @type {string | null} */
let query = null;
/** The next place is brought to the middle of the screen with the next drawing. */
let seeks = false;
/** Where a record is being written down: a second tap meant the same. @type {Set<string>} */
const saving = new Set();
/** What the review sent back and nobody has answered. @type {Returned[]} */
let back = [];
/** Whether a number is typed with the letters' keyboard: a place may have a name. */
let byLetters = false;

/** @type {Page} */
export const round = {
  show(to, _argument, name) {
    main = to;
    query = name === "find" ? (query ?? "") : null;
    // What was sent back stands on top, and is seen first
    seeks = left !== null || !places.known()?.returned.length;
    return draw();
  },
  changed: () => draw(),
  hide() {
    main = null;
  },
};

/** A record was saved on the sheet of this place: the round goes on behind it. @param {string} key */
export function goOnFrom(key) {
  left = key;
  // In the sheet's stead: the way back must not lead to it, to be saved once more
  location.replace("#");
}

const draw = inTurn(async () => {
  const seen = await seenToday();
  const answered = await outbox.answered();
  const known = places.known();
  if (!main || !known) return;
  const walked = walkedRound();
  back = known.returned.filter(({ inspection }) => !answered.has(inspection.id));
  if (query !== null) drawSearch(known, seen);
  else if (walked) drawRound(known, walked, seen);
  else drawNothing(known);
});

// The round's page

/** @param {Known} known @param {Round} walked @param {Map<string, Seen[]>} seen */
function drawRound(known, walked, seen) {
  const slot = slotOf(walked);
  const stops = walked.stops.flatMap((key) => known.places.get(key) ?? []);
  const states = new Map(stops.map((place) => [place.key, stateIn(seen.get(place.key), slot)]));
  const next = nextOf(stops, states);
  const newest = [...states.values()].flatMap(({ mine }) => mine ?? []).sort((a, b) => a.at - b.at).at(-1);
  const shift = known.patrol.shifts.find(({ code }) => code === walked.shift);
  bar(home(), el("h1", { class: "t-16 strong m-0 text-truncate" }, walked.name, " ", el("span", { class: "second fw-normal" }, shift && named(shift), " ", walked.starts_at)));
  if (!main) return;
  paint(
    main,
    el("div", { class: "round-head screen-head" }, count(stops, states, next), rounds(walked)),
    ...returned(known),
    ...floors(stops).map(([floor, places]) => section(floor, places, states, next, newest, slot)),
    dock(next, stops.filter(({ key }) => !isDone(states.get(key))).length, slot),
  );
  if (seeks) byId(`at-${next?.key}`)?.scrollIntoView({ block: "center" });
  seeks = false;
}

/** The way to the other pages. */
const home = () => el("a", { class: "back", href: told.home, "aria-label": t("home") }, icon("home"));

/** Other rounds of today. @param {Round} walked */
function rounds(walked) {
  const all = roundsOfToday();
  if (all.length < 2) return null;
  const links = all.map(({ id, name }) => el("button", { class: "btn", type: "button", "aria-pressed": String(id === walked.id), onclick: () => choose(id) }, name));
  return el("div", { class: "seg my-2", role: "group", "aria-label": t("rounds") }, ...links);
}

/** @param {number} id */
function choose(id) {
  chooseRound(id);
  [left, seeks] = [null, true];
  void draw();
}

/** @param {State | undefined} state */
const isDone = (state) => Boolean(state && ((state.mine && counts(state.mine)) || state.others.some(counts)));

/** @param {State | undefined} state */
const isTouched = (state) => Boolean(state && (state.mine || state.others.length > 0));

/**
 * The place to go to: the first not yet visited behind the one just left, then from the top; at last those to be seen again.
 *
 * @param {Place[]} stops @param {Map<string, State>} states
 */
function nextOf(stops, states) {
  const from = stops.findIndex(({ key }) => key === left) + 1;
  const inOrder = [...stops.slice(from), ...stops.slice(0, from)].filter(({ own }) => !own);
  return inOrder.find(({ key }) => !isTouched(states.get(key))) ?? inOrder.find(({ key }) => !isDone(states.get(key))) ?? null;
}

/** @param {Place[]} stops @returns {[string, Place[]][]} in walking order */
function floors(stops) {
  /** @type {Map<string, Place[]>} */
  const found = new Map();
  for (const place of stops) {
    const name = place.floor === null ? "" : t("floor", { floor: place.floor });
    found.set(name, [...(found.get(name) ?? []), place]);
  }
  return [...found];
}

/** @param {Place[]} stops @param {Map<string, State>} states @param {Place | null} next */
function count(stops, states, next) {
  const done = stops.filter(({ key }) => isDone(states.get(key))).length;
  const figure = el("p", { class: "m-0 nowrap", id: "coverage" }, el("span", { class: "t-40 song" }, String(done)), el("span", { class: "t-20 third" }, ` / ${stops.length}`));
  return el("div", { class: "head-count" }, figure, stops.length <= TICKS_AT_MOST && ruler(stops, states, next));
}

/** @param {Place[]} stops @param {Map<string, State>} states @param {Place | null} next */
function ruler(stops, states, next) {
  const marks = floors(stops).flatMap(([floor, places], n) => [
    ...(n > 0 ? [el("i", { class: "gap" })] : []),
    ...places.map((place, at) => el("i", { class: mark(place, states.get(place.key), next), "data-floor": at === 0 && places.length > 2 && floor })),
  ]);
  const said = floors(stops).map(([floor, places]) => `${floor} ${places.filter(({ key }) => isDone(states.get(key))).length} / ${places.length}`);
  return el("div", { class: "ruler", role: "img", "aria-label": said.join(t("comma")) }, ...marks);
}

/** @param {Place} place @param {State | undefined} state @param {Place | null} next */
function mark(place, state, next) {
  if (place === next) return "now";
  const seen = state?.mine ?? state?.others.at(-1);
  if (!seen) return "";
  return seen.outcome === "clean" ? "c" : counts(seen) ? "d" : "l";
}

// Its rows

/** @param {string} floor @param {Place[]} places @param {Map<string, State>} states @param {Place | null} next @param {Seen | undefined} newest @param {Slot} slot */
function section(floor, places, states, next, newest, slot) {
  const done = places.filter(({ key }) => isDone(states.get(key))).length;
  const head = floor && el("div", { class: "group-head" }, el("h2", { class: "m-0 t-14" }, floor), el("span", {}, `${done} / ${places.length}`));
  const list = places.map((place) => row(place, states.get(place.key) ?? { mine: null, others: [], beside: [] }, place === next, newest, slot));
  return el("section", {}, head, el("ul", { class: "split-list" }, ...list));
}

/** @param {Place} place @param {State} state @param {boolean} isNext @param {Seen | undefined} newest @param {Slot} slot */
function row(place, state, isNext, newest, slot) {
  const seen = state.mine ?? state.others.at(-1) ?? null;
  const name = [el("span", { class: "split-no" }, place.code), el("span", { class: "split-sub" }, el("span", {}, whose(place)), below(state))];
  const classes = ["split", seen && `is-${seen.outcome}`, place.own && "is-own", place.type === "area" && "is-named"].filter(Boolean).join(" ");
  const address = `#place/${place.key}`;
  return el(
    "li",
    { class: classes, id: `at-${place.key}`, "aria-current": isNext && "step" },
    place.own ? el("div", { class: "split-open" }, ...name) : el("a", { class: "split-open", href: address }, ...name),
    place.own ? el("span", { class: "split-do third" }, t("own")) : action(place, state, address, newest, slot),
  );
}

/** What stands under the class: what was found, or who was here. @param {State} state */
function below({ mine, others }) {
  const by = others.at(-1);
  if (mine && back.some(({ inspection }) => inspection.id === mine.id)) return el("span", { class: "red" }, t("sent-back"));
  if (mine?.labels.length) return el("span", { class: "third" }, mine.labels.join(t("comma")));
  if (mine && !counts(mine)) return el("span", { class: "third" }, t("see-again"));
  if (by) return el("span", { class: "third text-truncate" }, t("done-by", { name: by.by || t("somebody"), time: clockTime(by.at) }));
  return null;
}

/** The right half. @param {Place} place @param {State} state @param {string} address @param {Seen | undefined} newest @param {Slot} slot */
function action(place, { mine, others }, address, newest, slot) {
  const id = `do-${place.key}`;
  const seen = mine ?? others.at(-1);
  if (!seen) {
    const label = t("record-as", { place: place.code, outcome: cleanWord(place) });
    return el("button", { class: "split-do", type: "button", id, "data-key": `${id} clean`, "aria-label": label, onclick: () => clean(place, slot) }, el("span", { class: "box" }, cleanWord(place)));
  }
  const said = el("span", { class: "visually-hidden" }, place.code);
  if (mine && mine === newest && mine.undoable) {
    return el("button", { class: "split-do split-undo", type: "button", id, "data-key": `${id} undo ${mine.id}`, onclick: () => undo(mine) }, said, stateOf(mine, place), el("span", { class: "undo" }, t("undo")));
  }
  return el("a", { class: "split-do", id, href: address }, said, stateOf(seen, place), el("span", { class: "visually-hidden" }, t("correct")));
}

const SIGNS = { locked: "lock", nobody: "nobody", refused: "refuse" };

/** How it came out; by shape and word first, then colour. @param {Seen} seen @param {Place} place */
export function stateOf({ outcome, labels }, place) {
  if (outcome === "clean") return el("span", { class: "state state-clean" }, icon("check"), cleanWord(place));
  if (outcome === "defects") return el("span", { class: "state" }, el("span", { class: "state-count" }, String(labels.length)), t("defects-behind", { count: labels.length }));
  return el("span", { class: "state second" }, outcome in SIGNS && icon(SIGNS[/** @type {keyof SIGNS} */ (outcome)], "i-s"), t(`outcome-${outcome}`));
}

/** @param {Place} place @param {Slot} slot as it stood there when the thumb came down */
async function clean(place, slot) {
  if (saving.has(place.key)) return;
  // Past midnight the round is another day's
  if (slot.date !== clock.today()) {
    say(t("day-over"));
    return draw();
  }
  saving.add(place.key);
  const previous = left;
  left = place.key;
  try {
    await outbox.save(newItem(place, slot, "clean"));
    navigator.vibrate?.(10);
    byId("spoken").textContent = t("recorded-as", { place: place.code, outcome: cleanWord(place) });
  } catch (error) {
    left = previous;
    notSaved(place, error);
  } finally {
    // As long as the button still says that nothing is recorded
    await draw().finally(() => saving.delete(place.key));
  }
}

/** Nothing of it is on the phone, and the person must know. @param {Place} place @param {unknown} error */
export function notSaved({ code }, error) {
  console.error(error);
  const why = error instanceof outbox.StorageFull ? "full-not-saved" : error instanceof outbox.OtherPerson ? "other-person" : "not-saved";
  say(t(why, { place: code }));
}

/** @param {Seen} seen */
async function undo(seen) {
  const gone = await outbox.takeBack(seen.id);
  if (gone) left = before(seen.target);
  else say(t("sent-already"));
  await draw();
}

/** So that the place taken back is the next one again. @param {string} target */
function before(target) {
  const stops = walkedRound()?.stops ?? [];
  return stops[stops.indexOf(target) - 1] ?? null;
}

// Under the thumb

/** @param {Place | null} next @param {number} open how many are not done @param {Slot} slot */
function dock(next, open, slot) {
  const find = el("a", { class: "now-find", href: "#find" }, icon("keys"), t("by-number"));
  if (!next) {
    const words = open > 0 ? t("round-but-own", { count: open }) : t("round-done");
    return el("div", { class: "dock" }, el("div", { class: "now-line" }, el("p", { class: "strong m-0" }, words), find));
  }
  const address = `#place/${next.key}`;
  const what = el("a", { class: "now-what", href: address }, el("span", { class: `now-no ${next.type === "area" ? "is-named" : ""}` }, next.code), " ", el("span", { class: "t-14 second" }, whose(next)));
  const green = el("button", { class: "btn btn-success btn-thumb", type: "button", id: "do-now", "data-key": `now-${next.key}`, onclick: () => cleanAndOn(next, slot) }, icon("check", "i-l"), t("clean-next", { clean: cleanWord(next) }));
  const defects = el("a", { class: "btn btn-outline-secondary btn-thumb", role: "button", href: address }, t("has-defects"));
  return el("div", { class: "dock" }, el("div", { class: "now-line" }, what, find), el("div", { class: "now-do", role: "group", "aria-label": next.code }, defects, green));
}

/** @param {Place} place @param {Slot} slot */
async function cleanAndOn(place, slot) {
  seeks = true;
  await clean(place, slot);
}

// What came back from the review

/** @param {Known} known */
function returned({ places }) {
  if (back.length === 0) return [];
  const rows = back.map(({ reason, inspection }) => {
    const key = `${inspection.target.type}:${inspection.target.code}`;
    const code = places.get(key)?.code ?? inspection.target.code;
    return el("li", {}, el("div", {}, el("p", { class: "m-0" }, el("span", { class: "strong" }, code), " ", reason)), el("a", { class: "btn btn-outline-secondary", href: `#returned/${inspection.id}` }, t("answer")));
  });
  return [el("section", { class: "due came-back" }, el("h2", { class: "t-14 m-0 red" }, t("came-back", { count: back.length })), el("ul", { class: "sent-back" }, ...rows))];
}

// Without a round

/** @param {Known} known */
function drawNothing(known) {
  const next = known.patrol.next_round;
  bar(home(), el("h1", { class: "t-16 strong m-0" }, t("checks")));
  const when = next && el("p", { class: "next-round" }, el("span", { class: "t-40 song" }, next.starts_at), el("span", { class: "second t-14" }, t("next-round", { date: next.date, name: next.name, count: next.count })));
  const spot = el("a", { class: "btn btn-primary", href: "#find" }, t("spot-check"));
  if (main) paint(main, ...returned(known), el("div", { class: "page" }, el("div", { class: "empty say" }, el("h2", { class: "say-big" }, t("no-round")), el("p", {}, t("no-round-text")), when, spot)));
}

// By number

/** @param {Known} known @param {Map<string, Seen[]>} seen */
function drawSearch(known, seen) {
  if (!main) return;
  const isNew = !byId("q");
  bar(el("a", { class: "back", href: "#" }, icon("back"), t("route")), el("h1", { class: "visually-hidden" }, t("by-number")));
  const field = el("input", { class: "form-control", type: "search", id: "q", inputmode: byLetters ? "text" : "numeric", autocomplete: "off", value: query ?? "", "aria-label": t("number-or-name"), placeholder: t("number-or-name"), oninput: look, onkeydown: first });
  const found = matches(known);
  const list = found.length > 0
    ? el("ul", { class: "split-list" }, ...found.slice(0, FOUND_AT_MOST).map((place) => hit(place, seen)))
    : el("p", { class: "page second" }, query ? t("nothing-found") : t("type-number"));
  const keyboard = el("button", { class: "btn btn-outline-secondary", type: "button", onclick: changeKeyboard }, t(byLetters ? "figures" : "letters"));
  paint(main, el("div", { class: "find find-patrol" }, field, keyboard), el("div", { id: "found" }, list));
  if (isNew) byId("q").focus();
}

async function changeKeyboard() {
  byLetters = !byLetters;
  await draw();
  byId("q").blur();
  byId("q").focus();
}

/** @param {Event & { target: HTMLInputElement }} event */
function look({ target }) {
  query = target.value;
  void draw();
}

/** Enter opens the first. @param {KeyboardEvent} event */
function first(event) {
  if (event.key !== "Enter") return;
  event.preventDefault();
  document.querySelector(/** @type {"a"} */ ("#found a"))?.click();
}

/** Full-width figures and spaces are no difference. @param {string} text */
const plain = (text) => text.normalize("NFKC").replace(/\s+/g, "").toLowerCase();

/** @param {Known} known */
function matches({ places }) {
  const wanted = plain(query ?? "");
  if (!wanted) return [];
  const all = [...places.values()];
  const begun = all.filter(({ code }) => plain(code).startsWith(wanted));
  const within = all.filter((place) => !begun.includes(place) && (plain(place.code).includes(wanted) || place.classes.includes(wanted)));
  return [...begun, ...within];
}

/** @param {Place} place @param {Map<string, Seen[]>} seen */
function hit(place, seen) {
  const last = seen.get(place.key)?.at(-1);
  const name = [el("span", { class: "split-no" }, place.code), el("span", { class: "split-sub" }, el("span", {}, whose(place)))];
  const right = place.own ? el("span", { class: "third" }, t("own")) : last ? stateOf(last, place) : icon("next");
  const classes = `split ${place.own ? "is-own" : ""} ${place.type === "area" ? "is-named" : ""}`;
  return el("li", { class: classes, id: `hit-${place.key}` }, el("a", { class: "split-open", href: `#place/${place.key}` }, ...name), el("span", { class: "split-do" }, right));
}
