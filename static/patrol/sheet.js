// The sheet of one place: what can be found there, as the version of the standard on this phone says it.

import { NoPhoto, photoOf, thumbnail } from "./camera.js";
import * as clock from "./clock.js";
import { DOUBLE, bar, byId, el, icon, paint, say } from "./dom.js";
import { draftOf, forgetDraft, keepDraft, namesOf } from "./drafts.js";
import * as outbox from "./outbox.js";
import * as places from "./places.js";
import { goOnFrom, notSaved, stateOf } from "./round.js";
import { SAME_VISIT, cleanWord, isCorrected, keyOf, newItem, roundOf, roundsOfToday, seenToday, slotOf, slotOfNow, standardFor, stateIn, whose } from "./slots.js";
import { clockTime, named, t } from "./words.js";

/** @typedef {import("./drafts.js").Draft} Draft */
/** @typedef {import("./slots.js").Seen} Seen */
/** @typedef {import("./slots.js").State} State */

const LOCKED_AGAIN = "locked-again";
const PHOTOS_A_FINDING = 6;
const NOTE_LENGTH = 500;
const OWN_TEXT_LENGTH = 120;

/**
 * All of one open sheet. `start` is what had been entered before anybody did; `there` are the pictures of the record
 * that is corrected, as far as this phone still has them; `taking` are those being made small.
 *
 * @typedef {{
 *   address: string, place: Place, draft: Draft, start: string, seen: Seen[], state: State, there: Photo[],
 *   taking: Set<Promise<void>>, why: string, errors: string[], isFree: boolean,
 * }} Open
 */

/** @type {HTMLElement | null} */
let main = null;
/** @type {Open | null} */
let open = null;
/** A record is being written down: pressed again, the same is meant. */
let isSaving = false;
/** The outcome that was pressed once and wants a second press; the second of a double tap is none. @type {Outcome | null} */
let sure = null;
let sureAt = 0;

/** @type {Page} */
export const sheet = {
  async show(to, argument, name) {
    [main, open, sure] = [to, null, null];
    bar(back());
    const opened = await openSheet(name, argument);
    if (main !== to) return;
    open = opened;
    if (open) document.title = open.place.code;
    draw();
    scrollTo(0, 0);
  },
  changed() {
    void lookAgain();
  },
  hide() {
    main = open = null;
  },
};

const back = () => el("a", { class: "back", href: "#" }, icon("back"), t("route"));

// Opening

/** @param {string} name @param {string} argument @returns {Promise<Open | null>} */
async function openSheet(name, argument) {
  const address = `${name}/${argument}`;
  /** @type {Given | null} */
  const from = name === "mend" ? await outbox.renewed(argument) : name === "returned" ? returned(argument) : null;
  const known = places.known();
  const place = known?.places.get(from ? keyOf(from.item) : argument);
  if (!known || !place || (name !== "place" && !from)) return null;
  const round = roundOf(place);
  const kept = await draftOf(address);
  const chosen = kept?.date === clock.today() ? kept.item.occasion : null;
  const slot = from?.item ?? (round ? slotOf(round) : slotOfNow(chosen ?? (roundsOfToday().length > 0 ? "spot" : "routine")));
  const seen = (await seenToday()).get(place.key) ?? [];
  const state = stateIn(seen, { date: clock.today(), ...slot });
  const mends = name === "mend" ? argument : null;
  const start = from ? { item: from.item, photos: from.photos, mends, date: clock.today() } : newDraft(place, slot, state);
  const draft = kept && (from || isOfNow(kept, start)) ? rebased(kept, start) : start;
  const there = draft.item.replaces ? await outbox.photosOf(draft.item.replaces) : [];
  const errors = [...new Set(Object.values(from?.errors ?? {}).flat())];
  const isFree = name === "place" && !round;
  return { address, place, draft, start: entered(start), seen, state, there, taking: new Set(), why: from?.reason ?? "", errors, isFree };
}

/** Yesterday's, or the noon's, is not what is found this evening. @param {Draft} kept @param {Draft} start */
const isOfNow = (kept, start) => kept.date === start.date && kept.item.shift === start.item.shift;

/**
 * What was entered, as a record of its own: under new ids, in the slot of `start`, and in the stead of what stands there by
 * now. So two tabs, or the app ended while saving, never make one record of two.
 *
 * @param {Draft} entered @param {Draft} start @returns {Draft}
 */
function rebased(entered, start) {
  const photos = new Map(entered.photos.map((photo) => [photo.id, { ...photo, id: crypto.randomUUID() }]));
  const sent = new Set(start.item.findings.flatMap((finding) => finding.photos));
  const findings = entered.item.findings.map((finding) => ({
    ...finding,
    id: crypto.randomUUID(),
    photos: finding.photos.flatMap((id) => photos.get(id)?.id ?? (sent.has(id) ? id : [])),
  }));
  const { id, performed_at, shift, occasion, replaces } = start.item;
  return { ...entered, item: { ...entered.item, id, performed_at, shift, occasion, replaces, findings }, photos: [...photos.values()] };
}

/** Without what nobody enters. @param {Draft} draft */
function entered({ item, photos }) {
  const findings = item.findings.map(({ id: _, ...finding }) => finding);
  return JSON.stringify([findings, item.note, item.told, item.occasion, photos.map(({ id }) => id)]);
}

/** @typedef {{ item: CheckItem, photos: Photo[], errors: Record<string, string[]>, reason?: string }} Given */

/** @param {string} id of the check that was sent back @returns {Given | null} */
function returned(id) {
  const found = places.known()?.returned.find(({ inspection }) => inspection.id === id);
  if (!found) return null;
  // The server tells the true time; a record says the phone's
  const performed_at = clock.stamp(new Date(Date.parse(found.inspection.performed_at) - clock.offBy()));
  return { item: { ...renewed(found.inspection), performed_at, replaces: id }, photos: [], errors: {}, reason: found.reason };
}

/** The same under new ids; its pictures are the same, wherever they are. @param {CheckItem} item @returns {CheckItem} */
const renewed = (item) => ({
  ...item,
  id: crypto.randomUUID(),
  findings: item.findings.map((finding) => ({ ...finding, id: crypto.randomUUID() })),
});

/** @param {Place} place @param {{ shift: string, occasion: string }} slot @param {State} state @returns {Draft} */
function newDraft(place, slot, { mine }) {
  const date = clock.today();
  const blank = newItem(place, { date, ...slot }, "clean");
  if (!mine || !isCorrected(mine)) return { item: blank, photos: [], mends: null, date };
  // The time of that visit, by what the phone's clock says now
  const performed_at = clock.stamp(new Date(mine.at - clock.offBy()));
  const item = { ...(mine.item ? renewed(mine.item) : blank), performed_at, replaces: mine.id };
  return { item, photos: [], mends: null, date };
}

/** Somebody else has been here meanwhile, or one's own record went out. */
async function lookAgain() {
  if (!open) return;
  const { place, draft } = open;
  const seen = (await seenToday()).get(place.key) ?? [];
  if (!open || open.place !== place) return;
  const state = stateIn(seen, { date: clock.today(), ...draft.item });
  const isNew = JSON.stringify(theirs(state)) !== JSON.stringify(theirs(open.state));
  [open.seen, open.state] = [seen, state];
  if (isNew) draw();
}

/** @param {State} state */
const theirs = ({ others, beside }) => [...others, ...beside];

// What is said

/** @param {(item: CheckItem) => void} alter */
function change(alter) {
  if (!open || isSaving) return;
  alter(open.draft.item);
  sure = null;
  remember();
  draw();
}

function remember() {
  if (!open || isSaving) return;
  const { address, draft, start } = open;
  void (entered(draft) === start ? forgetDraft(address) : keepDraft(address, draft));
}

/** @param {CheckItem} item @param {string | null} defect null is one's own words */
const findingOf = ({ findings }, defect) => findings.find((finding) => finding.defect === defect);

/** @param {string | null} defect @param {string} [points] @returns {FindingItem} */
const newFinding = (defect, points = "0") => ({ id: crypto.randomUUID(), defect, text: "", points, class: null, corrected: false, photos: [] });

/** @param {Defect} defect */
const toggle = (defect) =>
  change((item) => {
    const found = findingOf(item, defect.code);
    if (found) item.findings = item.findings.filter((finding) => finding !== found);
    else item.findings.push(newFinding(defect.code, defect.points));
  });

/** @param {CheckItem} item */
const pointsOf = ({ findings }) => Math.round(findings.reduce((sum, { points }) => sum + Number(points), 0) * 100) / 100;

const minus = (/** @type {number} */ points) => (points ? `−${points}` : "0");

// The page

function draw() {
  if (!main) return;
  if (!open) return paint(main, el("div", { class: "page" }, el("div", { class: "empty say" }, el("p", { class: "say-big" }, t("no-such-place")), el("a", { class: "btn btn-primary", href: "#find" }, t("by-number")))));
  const { place, draft } = open;
  const version = places.standard(draft.item.standard) ?? standardFor(place, draft.item.occasion);
  const parts = place.own ? [closed("own-title", "own-text")] : version ? form(version) : [closed("no-standard", "no-standard-text")];
  paint(main, el("div", { class: "sheet" }, head(), ...parts));
}

/** @param {string} title @param {string} text */
const closed = (title, text) =>
  el("div", { class: "page" }, el("div", { class: "empty say" }, el("h2", { class: "say-big" }, t(title)), el("p", {}, t(text)), el("a", { class: "btn btn-primary", href: "#" }, t("go-on"))));

function head() {
  const { place, draft } = /** @type {Open} */ (open);
  const title = el("h1", {}, place.code, " ", el("span", {}, whose(place)));
  const sum = el("output", { class: "song", "aria-live": "polite", "aria-label": t("by-standard") }, minus(pointsOf(draft.item)));
  const manners = place.type === "room" ? t("manners") : "";
  return el(
    "header",
    { class: "screen-head" },
    el("div", { class: `sheet-title ${place.type === "area" ? "is-named" : ""}` }, title, !place.own && sum),
    el("p", { class: "sheet-sub" }, el("span", {}, manners), !place.own && el("span", {}, t("before-review"))),
  );
}

/** @param {Standard} version */
function form(version) {
  const { place, draft } = /** @type {Open} */ (open);
  const items = version.items.flatMap((item) => {
    const defects = item.defects.filter(isOffered);
    return defects.length > 0 ? fieldset(named(item), defects) : [];
  });
  return [
    el("div", { class: "sheet-notes" }, ...notes()),
    el("div", { class: "items" }, ...items),
    el("div", { class: "more" }, own(version), pictures(), note()),
    el("div", { class: "dock" }, ...(draft.item.findings.length > 0 ? saveDefects(place, version) : saveOther(place, version))),
  ];
}

/** 再次锁门 only where the room was found locked this week, on another visit (§5.1). @param {Defect} defect */
function isOffered({ code }) {
  if (code !== LOCKED_AGAIN) return true;
  const { place, draft } = /** @type {Open} */ (open);
  const first = places.known()?.work.locked[place.key];
  return Boolean(findingOf(draft.item, code)) || (first !== undefined && clock.now() - Date.parse(first) >= SAME_VISIT);
}

// What is known already

function notes() {
  const { draft, state, why, errors, isFree } = /** @type {Open} */ (open);
  const { mine } = state;
  const kind = isFree && el("label", { class: "occasion" }, t("occasion"), occasions(draft.item));
  const before = mine && draft.item.replaces === mine.id && t("corrects", { time: clockTime(mine.at), what: what(mine) });
  return [
    ...errors.map((error) => el("p", { class: "due m-0" }, error)),
    why && el("p", { class: "due m-0" }, t("sent-back-because", { reason: why })),
    before && el("p", { class: "note m-0" }, before),
    ...theirs(state).map((seen) => recordedBy(seen)),
    kind,
  ].filter((part) => part !== false && part !== null && part !== "");
}

/** @param {Seen} seen */
const what = ({ labels, outcome }) => labels.join(t("comma")) || t(`outcome-${outcome}`);

/** Agree with what another recorded, or record anyway. @param {Seen} seen */
function recordedBy(seen) {
  const { place } = /** @type {Open} */ (open);
  const words = t("recorded-by", { name: seen.by || t("somebody"), time: clockTime(seen.at), what: what(seen) });
  const agree = el("button", { class: "btn btn-outline-secondary", type: "button", onclick: () => leave(place.key) }, t("agree"));
  return el("div", { class: "note known-of" }, el("p", { class: "m-0" }, words), el("p", { class: "m-0 t-14 second" }, t("record-anyway")), el("div", { class: "act" }, agree, stateOf(seen, place)));
}

/** @param {string} key */
async function leave(key) {
  if (open) await forgetDraft(open.address);
  goOnFrom(key);
}

/** @param {CheckItem} item */
function occasions(item) {
  const options = (places.known()?.patrol.occasions ?? []).map((one) => el("option", { value: one.code, selected: one.code === item.occasion }, named(one)));
  return el("select", { class: "form-select", id: "occasion", onchange: (/** @type {Event & { target: HTMLSelectElement }} */ { target }) => chooseOccasion(target.value) }, ...options);
}

/** Another occasion may have another standard, and another record of one's own to correct. @param {string} occasion */
function chooseOccasion(occasion) {
  if (!open) return;
  const { place, draft, start, seen } = open;
  const slot = { date: clock.today(), shift: draft.item.shift, occasion };
  const state = stateIn(seen, slot);
  const there = newDraft(place, slot, state);
  const isUntouched = entered(draft) === start;
  Object.assign(open, { state, start: entered(there), draft: isUntouched ? there : rebased(draft, there) });
  change((item) => {
    if (item.standard !== there.item.standard) [item.standard, item.findings] = [there.item.standard, []];
  });
}

// Defects

/** @param {string} legend @param {Defect[]} defects */
function fieldset(legend, defects) {
  return el("fieldset", { "data-key": legend, class: `item ${defects.length === 1 ? "item-one" : ""}` }, el("legend", {}, legend), el("div", { class: "chips" }, ...defects.flatMap(chip)));
}

/** @param {Defect} defect */
function chip(defect) {
  const { draft, place } = /** @type {Open} */ (open);
  const finding = findingOf(draft.item, defect.code);
  const box = el("input", { class: "btn-check", type: "checkbox", id: `defect-${defect.code}`, checked: Boolean(finding), onchange: () => toggle(defect) });
  const points = Number(defect.points) !== 1 && el("span", { class: "t-12" }, t("points", { count: Number(defect.points) }));
  const label = el("label", { class: `btn chip ${defect.serious ? "chip-serious" : ""}`, for: box.id }, named(defect), points);
  if (!finding) return [box, label];
  return [box, label, asked(finding, named(defect), defect.scope === "personal" && place.classes.length > 1, defect.code !== LOCKED_AGAIN)];
}

/** What is asked of a finding. @param {FindingItem} finding @param {string} name @param {boolean} asksClass @param {boolean} canBeCorrected */
function asked(finding, name, asksClass, canBeCorrected) {
  const { place } = /** @type {Open} */ (open);
  const id = finding.defect ?? "own";
  const leftOpen = asksClass && finding.class === null && el("span", { class: "d-block t-12 third" }, t("left-open"));
  const whoseIs = asksClass && el("div", { class: "seg", role: "radiogroup", "aria-label": t("whose", { what: name }) }, ...place.classes.flatMap((code) => classChoice(finding, id, code)));
  const fixed = canBeCorrected && [
    el("input", { class: "btn-check", type: "checkbox", id: `corrected-${id}`, checked: finding.corrected, onchange: () => change(() => void (finding.corrected = !finding.corrected)) }),
    el("label", { class: "btn chip", for: `corrected-${id}` }, t("corrected")),
  ];
  return el("div", { class: "found", "data-key": `found ${id}` }, el("span", { class: "found-what" }, name, leftOpen), whoseIs, ...(fixed || []));
}

/** @param {FindingItem} finding @param {string} id @param {string} code */
function classChoice(finding, id, code) {
  const box = el("input", { class: "btn-check", type: "radio", name: `class-${id}`, id: `class-${id}-${code}`, checked: finding.class === code, onchange: () => change(() => void (finding.class = code)) });
  return [box, el("label", { class: "btn", for: box.id }, code)];
}

// Own words, pictures, a note

/** @param {Standard} version */
function own({ most_own_points }) {
  const { draft, place } = /** @type {Open} */ (open);
  const finding = findingOf(draft.item, null);
  const field = el("input", { class: "form-control", id: "own", maxlength: OWN_TEXT_LENGTH, value: finding?.text ?? "", placeholder: t("own-words"), "aria-label": t("own-words"), autocomplete: "off", oninput: write });
  const points = Number(finding?.points ?? 0);
  const set = (/** @type {number} */ to) => finding && change(() => void (finding.points = String(to)));
  const step = el(
    "div",
    { class: "step", role: "group", "aria-label": t("own-points") },
    el("button", { type: "button", id: "own-fewer", "aria-label": t("fewer"), disabled: !finding || points <= 0, onclick: () => set(Math.max(0, points - 1)) }, "−"),
    el("output", { class: "px-2" }, String(points)),
    el("button", { type: "button", id: "own-more", "aria-label": t("more"), disabled: !finding || points >= Number(most_own_points), onclick: () => set(Math.min(Number(most_own_points), points + 1)) }, "+"),
  );
  return el("div", { class: "own" }, field, step, finding && asked(finding, t("own-words-short"), place.classes.length > 1, true));
}

/** @param {Event & { target: HTMLInputElement }} event */
function write({ target }) {
  const text = target.value;
  if (!open) return;
  const finding = findingOf(open.draft.item, null);
  if (finding && text.trim()) {
    finding.text = text;
    return remember();
  }
  change((item) => {
    if (finding) item.findings = item.findings.filter((one) => one !== finding);
    else if (text.trim()) item.findings.push({ ...newFinding(null), text });
  });
}

/** The pictures belong to the defect chosen last, which is named. */
function pictures() {
  const { draft, place } = /** @type {Open} */ (open);
  const last = draft.item.findings.at(-1);
  if (!last) return el("p", { class: "t-14 third m-0 pt-3" }, t("photo-first-defect"));
  const names = nameOf(place);
  const shots = draft.item.findings.flatMap((finding) => finding.photos.flatMap((id) => shot(finding, id, names(finding))));
  const file = el("input", { class: "visually-hidden", type: "file", id: "camera", accept: "image/*", capture: "environment", onchange: (/** @type {Event & { target: HTMLInputElement }} */ { target }) => void take(target, last) });
  const coming = /** @type {Open} */ (open).taking.size > 0 && el("p", { class: "t-12 third m-0", role: "status" }, t("photo-coming"));
  const button = last.photos.length < PHOTOS_A_FINDING && el("label", { class: "shoot", for: "camera" }, icon("camera"), el("span", {}, t("photo-of", { what: names(last) })));
  return el("div", { class: "shots" }, file, button, ...shots, coming);
}

/** @param {Place} place @returns {(finding: FindingItem) => string} */
function nameOf(place) {
  const item = /** @type {Open} */ (open).draft.item;
  const defects = new Map((places.standard(item.standard) ?? standardFor(place, item.occasion))?.items.flatMap((one) => one.defects.map((defect) => [defect.code, named(defect)])));
  return ({ defect, text }) => (defect ? (defects.get(defect) ?? defect) : text);
}

/** @param {FindingItem} finding @param {string} id @param {string} name */
function shot(finding, id, name) {
  const photo = [...(open?.draft.photos ?? []), ...(open?.there ?? [])].find((one) => one.id === id);
  const picture = photo ? thumbnail(photo, name) : el("span", { class: "photo photo-away" }, icon("camera"), el("span", { class: "t-12" }, t("photo-at-server")));
  const away = el("button", { class: "shot-away", type: "button", "aria-label": t("photo-away", { what: name }), onclick: () => drop(finding, id) }, icon("cross", "i-s"));
  return [el("div", { class: "shot", "data-key": id }, picture, away, el("span", { class: "t-12" }, name))];
}

/** @param {FindingItem} finding @param {string} id */
function drop(finding, id) {
  if (open) open.draft.photos = open.draft.photos.filter((one) => one.id !== id);
  change(() => void (finding.photos = finding.photos.filter((one) => one !== id)));
}

/** Saving waits for it. @param {HTMLInputElement} input @param {FindingItem} finding */
async function take(input, finding) {
  const file = input.files?.[0];
  const here = open;
  if (!file || !here) return;
  const taken = add(file, finding, here);
  here.taking.add(taken);
  draw();
  await taken;
  here.taking.delete(taken);
  if (open === here) draw();
}

/** @param {File} file @param {FindingItem} finding @param {Open} here */
async function add(file, { defect }, here) {
  try {
    const photo = await photoOf(file);
    // As it is by now: the same sheet may have been changed meanwhile
    const finding = findingOf(here.draft.item, defect);
    if (!finding) return;
    here.draft.photos.push(photo);
    finding.photos.push(photo.id);
    if (open === here) remember();
  } catch (error) {
    if (!(error instanceof NoPhoto)) throw error;
    say(t("no-photo"));
  }
}

function note() {
  const { draft } = /** @type {Open} */ (open);
  const write = (/** @type {Event & { target: HTMLInputElement }} */ { target }) => {
    draft.item.note = target.value;
    remember();
  };
  return el("div", { class: "remark" }, el("input", { class: "form-control", id: "note", maxlength: NOTE_LENGTH, value: draft.item.note, placeholder: t("note"), "aria-label": t("note"), autocomplete: "off", oninput: write }));
}

// Saving

/** @param {Place} place @param {Standard} version */
function saveDefects(place, version) {
  const { draft } = /** @type {Open} */ (open);
  const button = el("button", { class: "btn btn-primary btn-thumb", type: "button", id: "save", onclick: () => save("defects", version) }, draft.item.replaces ? t("save-correction") : t("save-next"), !draft.item.replaces && icon("next"));
  return place.type === "room" ? [toldTo(draft.item), button] : [button];
}

/** @param {CheckItem} item */
function toldTo(item) {
  const chosen = item.told ?? "yes";
  const choice = (/** @type {"yes" | "refused"} */ value) => [
    el("input", { class: "btn-check", type: "radio", name: "told", id: `told-${value}`, checked: chosen === value, onchange: () => change(() => void (item.told = value)) }),
    el("label", { class: "btn", for: `told-${value}` }, t(`told-${value}`)),
  ];
  return el("fieldset", { class: "told" }, el("legend", {}, t("told")), el("div", { class: "seg" }, ...choice("yes"), ...choice("refused")));
}

/** @param {Place} place @param {Standard} version */
function saveOther(place, version) {
  const { draft } = /** @type {Open} */ (open);
  const costs = { locked: Number(version.locked_points), refused: Number(version.refused_points) };
  const instead = version.instead.map((outcome) => {
    const points = costs[/** @type {keyof costs} */ (outcome)] ?? 0;
    const words = sure === outcome ? t("really", { outcome: t(`outcome-${outcome}`) }) : t(`outcome-${outcome}`);
    const cost = points > 0 && el("span", { class: "t-12 third" }, t("points", { count: points }));
    return el("button", { class: "btn btn-outline-secondary", type: "button", id: `save-${outcome}`, onclick: () => saveAs(outcome, version) }, words, cost);
  });
  const words = draft.item.replaces ? cleanWord(place) : t("clean-next", { clean: cleanWord(place) });
  return [
    el("div", { class: "instead", role: "group", "aria-label": t("not-checked") }, ...instead),
    el("button", { class: "btn btn-success btn-thumb", type: "button", id: "save-clean", onclick: () => save("clean", version) }, icon("check", "i-l"), words),
  ];
}

/** Refused costs ten points and bars nothing less: it wants a second press. @param {Outcome} outcome @param {Standard} version */
function saveAs(outcome, version) {
  if (outcome === "refused" && (sure !== outcome || performance.now() - sureAt < DOUBLE)) {
    [sure, sureAt] = [outcome, performance.now()];
    return draw();
  }
  void save(outcome, version);
}

/** @param {Outcome} outcome @param {Standard} version */
async function save(outcome, version) {
  const here = open;
  if (!here || isSaving) return;
  isSaving = true;
  await Promise.all(here.taking);
  await keepRecord(here, outcome, version).catch((error) => notSaved(here.place, error));
  isSaving = false;
}

/** @param {Open} here @param {Outcome} outcome @param {Standard} version */
async function keepRecord({ address, draft, place }, outcome, version) {
  const isVisit = outcome === "defects" || outcome === "refused";
  const order = version.items.flatMap(({ defects }) => defects.map(({ code }) => code));
  const rank = (/** @type {FindingItem} */ { defect }) => (defect === null ? order.length : order.indexOf(defect));
  /** @type {CheckItem} */
  const item = {
    ...draft.item,
    outcome,
    standard: version.id,
    note: draft.item.note.trim(),
    told: isVisit && place.type === "room" ? (draft.item.told ?? "yes") : null,
    performed_at: draft.item.replaces || draft.mends ? draft.item.performed_at : clock.stamp(),
    findings: outcome === "defects" ? [...draft.item.findings].sort((a, b) => rank(a) - rank(b)) : [],
  };
  const pictured = new Set(item.findings.flatMap(({ photos }) => photos));
  await outbox.save(item, draft.photos.filter(({ id }) => pictured.has(id)), draft.mends, namesOf(address));
  open = null;
  byId("spoken").textContent = t("recorded-as", { place: place.code, outcome: t(`outcome-${outcome}`) });
  goOnFrom(place.key);
}
