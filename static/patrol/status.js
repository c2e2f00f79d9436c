// What waits on this phone, since when and why: a button that is always there, and the panel behind it.

import { thumbnail } from "./camera.js";
import * as clock from "./clock.js";
import { byId, el, icon, paint, say } from "./dom.js";
import * as outbox from "./outbox.js";
import * as places from "./places.js";
import { kept, onBlocked } from "./store.js";
import { moment, named, signInAddress, t } from "./words.js";

/** @typedef {import("./dom.js").Child} Child */

const MINUTE = 60_000;

const button = /** @type {HTMLButtonElement} */ (byId("unsent"));
const panel = /** @type {HTMLDialogElement} */ (byId("panel"));
const content = el("div", { class: "panel-content" });
const again = el("button", { class: "btn btn-outline-secondary", type: "button", onclick: tryAgain }, t("try-again"));

/** The refused row that is about to be thrown away. @type {string | null} */
let asked = null;
/** Whether the browser has promised not to clear what is kept. */
let isSafe = true;

/** Shows the button from now on. */
export function start() {
  button.addEventListener("click", open);
  panel.append(content, el("div", { class: "act" }, el("button", { class: "btn btn-primary", type: "button", onclick: () => panel.close() }, t("close")), again));
  panel.addEventListener("close", () => {
    asked = null;
    if (location.hash === "#unsent") location.hash = "";
  });
  outbox.on(draw);
  places.on(draw);
  places.on(tellOfClock);
  tellOfClock();
  if (isWeChat()) say(weChat(), copyAddress());
  void askToBeKept();
  void draw();
}

export function open() {
  if (!panel.open) panel.showModal();
  void draw();
}

async function tryAgain() {
  again.disabled = true;
  await places.refresh();
  await outbox.flush({ now: true });
  again.disabled = false;
}

// On top of the screen

// Before anything of the app is there: it cannot start
onBlocked(() => {
  say(t("close-others"));
  void kept("").then(() => unsay(t("close-others")));
});

/** @param {string} text */
const unsay = (text) => [...byId("messages").children].find((message) => message.querySelector("p")?.textContent === text)?.remove();

/** What is said of the clock. @type {string | undefined} */
let ofClock;

/** As long as it is so; put away, it is said again when it is something else. */
function tellOfClock() {
  const text = clockWords();
  if (text === ofClock) return;
  if (ofClock) unsay(ofClock);
  if (text) say(text);
  ofClock = text;
}

function clockWords() {
  const offset = clock.offBy();
  return clock.isOff() ? t(offset > 0 ? "clock-slow" : "clock-fast", { by: span(Math.abs(offset)) }) : undefined;
}

const copyAddress = () => el("button", { class: "btn btn-outline-secondary", type: "button", onclick: copy }, t("copy-address"));

/** The address as it is now: of the sheet, where one is open. */
async function copy() {
  try {
    await navigator.clipboard.writeText(location.href);
    say(t("copied"));
  } catch {
    say(t("copy-by-hand"), el("p", { class: "user-select-all text-break" }, location.href));
  }
}

const isWeChat = () => navigator.userAgent.includes("MicroMessenger");

const weChat = () => t("serviceWorker" in navigator ? "wechat" : "wechat-no-worker");

async function askToBeKept() {
  isSafe = (await navigator.storage?.persisted?.()) || (await navigator.storage?.persist?.()) || false;
  void draw();
}

// The button

async function draw() {
  const state = await outbox.state();
  const why = reason(state);
  const others = [...(await outbox.elsewhere()).values()].reduce((sum, count) => sum + count, 0);
  button.hidden = false;
  paint(button, ...buttonLines(state, why, others));
  if (!panel.open) return;
  paint(content, ...(await panelParts(state, why)));
}

/** @param {OutboxState} state */
const reason = (state) => state.why ?? (places.session() === "out" ? "signed-out" : null);

/** @param {OutboxState} state @param {Why | null} why @param {number} others */
function buttonLines({ waiting, since, rejected }, why, others) {
  const count = waiting > 0 && el("span", { class: "unsent-count" }, icon("up", "i-s"), t("unsent", { count: waiting }));
  const mend = rejected > 0 && el("span", { class: "tag tag-red" }, t("to-mend", { count: rejected }));
  const told = why && t(`why-${why}`);
  const time = since && moment(since);
  const line = el("span", { class: "unsent-why" }, time && told ? t("since-why", { time, why: told }) : time ? t("since", { time }) : told);
  if (count || mend) return [el("span", { class: "unsent-box" }, count, mend), line];
  return others > 0 ? [t("own-sent"), el("span", { class: "unsent-why" }, t("of-others", { count: others }))] : [t("all-sent"), line];
}

// The panel

/** @param {OutboxState} state @param {Why | null} why */
async function panelParts(state, why) {
  const rows = await outbox.rows();
  const waiting = rows.filter((row) => row.state === "waiting");
  const refused = rows.filter((row) => row.state !== "waiting");
  const parts = [];
  if (why || waiting.length > 0 || refused.length === 0) parts.push(head(state, why));
  if (waiting.length > 0) parts.push(el("ul", { class: "rows" }, ...(await Promise.all(waiting.map(waitingRow)))));
  for (const [name, some] of Object.entries({ refused: refused.filter(({ stored }) => !stored), "photo-refused": refused.filter(({ stored }) => stored) })) {
    if (some.length > 0) parts.push(slip(t(`title-${name}`), t(`text-${name}`)), ...some.map(refusedRow));
  }
  return [...parts, ...(await notes()).map((text) => el("p", { class: "note m-0 t-14" }, text))];
}

/** @param {OutboxState} state @param {Why | null} why */
function head({ waiting, photos }, why) {
  const counts = { records: t("records", { count: waiting }), photos: photos > 0 ? t("and-photos", { count: photos }) : "" };
  const about = why ?? (waiting > 0 ? "sending" : "nothing");
  const title = el("span", { class: why === "signed-out" || why === "storage" ? "red" : null }, t(`title-${about}`));
  const signIn = why === "signed-out" && el("a", { class: "btn btn-danger", href: signInAddress() }, t("sign-in-and-send"));
  return slip([why === "offline" && icon("offline", "i-l"), title], t(`text-${about}`, counts), signIn);
}

/** What is so, and what to do. @param {Child | Child[]} title @param {string} text @param {Child} [act] */
function slip(title, text, act) {
  const heading = el("h2", { class: "say-big" }, ...[title].flat());
  return el("div", { class: "say" }, heading, el("p", {}, text), act && el("p", { class: "act" }, act));
}

/** @param {OutboxRow} row */
async function waitingRow(row) {
  const photos = row.photos.filter((photo) => !photo.sent);
  const pictures = row.stored && row.tries > 1 ? (await outbox.photosOf(row.id)).filter(({ id }) => photos.some((photo) => photo.id === id)) : [];
  return el(
    "li",
    { "data-key": row.id },
    el("span", { class: "strong" }, row.item.target.code),
    el("span", {}, what(row.item), trouble(row), ...pictures.map((photo) => thumbnail(photo, t("unsent-photo")))),
    el("span", { class: "second" }, photos.length > 0 && t("photos", { count: photos.length })),
  );
}

/** What keeps this row here, where it has been tried in vain. @param {OutboxRow} row */
function trouble({ stored, tries, lastTry, lastError }) {
  if (!lastError || lastTry === null) return null;
  const last = t("tried", { tries: t("times", { count: tries }), time: moment(lastTry), why: t(`why-${lastError}`) });
  return el("span", { class: "d-block t-12 third" }, stored && t("only-photos-missing"), last);
}

/** 衣服乱挂、窗台乱放, or the outcome. @param {CheckItem} item */
function what({ outcome, findings, standard }) {
  if (findings.length === 0) return t(`outcome-${outcome}`);
  const defects = new Map(places.standard(standard)?.items.flatMap((one) => one.defects.map((defect) => [defect.code, defect])));
  return findings.map(({ defect, text }) => (defect ? named(defects.get(defect) ?? { name: defect, name_en: defect }) : text)).join(t("comma"));
}

/** @param {OutboxRow} row */
function refusedRow(row) {
  const { id, item, state, errors, stored } = row;
  const reasons = state === "conflict" ? [t("conflict")] : [...new Set(Object.values(errors).flat())];
  return el(
    "div",
    { class: "due refused", "data-key": id },
    el("p", { class: "m-0" }, el("span", { class: "strong" }, item.target.code), ` ${what(item)}`),
    ...reasons.map((reason) => el("p", { class: "m-0 t-14" }, reason)),
    asked === id ? throwAway(id, stored) : mendOrThrow(id),
  );
}

/** @param {string} id */
function mendOrThrow(id) {
  const mend = el("a", { class: "btn btn-primary", id: `mend-${id}`, href: `#mend/${id}`, onclick: () => panel.close() }, t("mend"));
  const ask = el("button", { class: "btn btn-outline-secondary", id: `throw-${id}`, type: "button", onclick: () => askAbout(id) }, t("throw-away"));
  return el("div", { class: "act", "data-key": `refused ${id}` }, mend, ask);
}

/** @param {string} id @param {boolean} stored */
function throwAway(id, stored) {
  const yes = el("button", { class: "btn btn-danger", id: `really-${id}`, type: "button", onclick: () => outbox.discard(id) }, t("throw-away"));
  const no = el("button", { class: "btn btn-outline-secondary", type: "button", onclick: () => askAbout(null) }, t("keep"));
  return el("div", { "data-key": `throw ${id}` }, el("p", { class: "t-14" }, t(stored ? "thrown-away-photo" : "thrown-away-is-gone")), el("div", { class: "act" }, no, yes));
}

/** @param {string | null} id */
async function askAbout(id) {
  asked = id;
  await draw();
  byId(`really-${id}`)?.focus();
}

/** What is good to know of this phone. */
async function notes() {
  const names = await places.names();
  const others = [...(await outbox.elsewhere())].map(([id, count]) => t("others", { name: names[id] ?? "", count }));
  const holder = places.me();
  return [
    holder && t("held-by", { name: holder.name }),
    ...others,
    clockWords(),
    isWeChat() && weChat(),
    !isSafe && t("not-safe"),
  ].filter((note) => note !== false && note !== undefined);
}

/** Half an hour, a day: the larger the coarser. @param {number} ms */
function span(ms) {
  const minutes = Math.round(ms / MINUTE);
  if (minutes < 120) return t("minutes", { count: minutes });
  const hours = Math.round(minutes / 60);
  return hours < 24 ? t("hours", { count: hours }) : t("days", { count: Math.round(hours / 24) });
}
