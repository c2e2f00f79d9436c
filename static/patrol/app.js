// Puts the pages up by the address, asks the server when there may be news, and keeps the app itself up to date.

import * as clock from "./clock.js";
import { bar, byId, el, say } from "./dom.js";
import * as outbox from "./outbox.js";
import * as places from "./places.js";
import { round } from "./round.js";
import { sheet } from "./sheet.js";
import * as status from "./status.js";
import { signInAddress, t, told } from "./words.js";

const ASKED_AGAIN = 2_000;
const LOOK_AROUND = 60_000; // what a partner on the same round has done

const title = document.title;

/** By the address: `#place/room:5413`. @type {Record<string, Page>} */
const PAGES = { "": round, find: round, place: sheet, mend: sheet, returned: sheet };

/** @type {Page | null} */
let shown = null;

async function start() {
  await clock.restore();
  await places.restore();
  openTarget();
  addEventListener("hashchange", show);
  places.on(follow);
  outbox.on(() => shown?.changed?.());
  person = places.me()?.id;
  status.start();
  show();
  addEventListener("online", places.refresh);
  document.addEventListener("visibilitychange", lookAround);
  setInterval(lookAround, LOOK_AROUND);
  void keepUpToDate();
  // Neither waits for the other: what is here goes out, whatever becomes of what is asked
  void outbox.start();
  await places.refresh();
}

/** A door card's address, `?target=room:5413` or the code alone, opens the sheet of that place. */
function openTarget() {
  const target = new URLSearchParams(location.search).get("target");
  if (target) history.replaceState(null, "", `${location.pathname}#place/${encodeURIComponent(target)}`);
}

function lookAround() {
  if (document.hidden) return;
  if (day !== clock.today()) void shown?.changed?.();
  day = clock.today();
  if (places.session() === "in") void places.refreshWork();
  else void places.refresh();
}

// Pages

/** Whose phone it is, as the screen shows it. @type {number | undefined} */
let person;
/** The school's date that the screen shows. */
let day = "";

/** What is known is another: so may be the person. */
function follow() {
  const id = places.me()?.id;
  if (shown && id === person) return void shown.changed?.();
  if (id !== person) void outbox.flush();
  person = id;
  show();
}

function show() {
  shown?.hide?.();
  const [, name = "", argument = ""] = /^#?([^/]*)\/?(.*)$/.exec(location.hash) ?? [];
  const page = PAGES[name] ?? round;
  shown = places.known() ? page : null;
  const main = byId("main");
  main.replaceChildren();
  document.title = title;
  bar();
  if (name === "unsent") status.open();
  if (!shown) return main.append(nothingYet());
  const said = decodeURIComponent(argument);
  void shown.show(main, name === "place" ? (places.keyOf(said) ?? said) : said, name);
  // A reader's next words are those of the new page
  if (document.activeElement === document.body) main.focus({ preventScroll: true });
  takeOver();
}

/** Nobody has been here with a signal, so there is nothing to record on. */
function nothingYet() {
  const [what, ...more] = {
    in: [t("fetching")],
    out: [t("sign-in-first"), el("a", { class: "btn btn-primary", href: signInAddress() }, t("sign-in"))],
    closed: [t("not-your-role"), el("a", { class: "btn btn-primary", href: told.home }, t("home"))],
    unknown: [navigator.onLine ? t("fetching") : t("first-visit-needs-signal")],
  }[places.session()];
  return el("div", { class: "page" }, el("div", { class: "empty say" }, el("p", { class: "say-big" }, what ?? null), ...more));
}

// The app itself

/** @type {ServiceWorkerRegistration | null} */
let registration = null;
/** Another version answers already; this page is still the old one. */
let isOld = false;

async function keepUpToDate() {
  if (sessionStorage.getItem("updated")) say(t("updated"));
  sessionStorage.removeItem("updated");
  const workers = navigator.serviceWorker;
  if (!workers) return;
  let hadOne = Boolean(workers.controller);
  workers.addEventListener("controllerchange", () => {
    isOld = hadOne;
    hadOne = true;
    takeOver();
  });
  registration = await workers.register(told.worker, { scope: told.scope });
  registration.addEventListener("updatefound", () => registration?.installing?.addEventListener("statechange", takeOver));
  document.addEventListener("visibilitychange", () => (document.hidden ? takeOver() : registration?.update().catch(() => {})));
  takeOver();
}

/**
 * Lets a new version in while nobody looks, or has touched anything yet: never under a thumb, and not while a sheet is
 * being filled in.
 */
function takeOver() {
  const isQuiet = document.hidden || navigator.userActivation?.hasBeenActive === false;
  if (!isQuiet || outbox.isWriting() || shown === sheet || byId("panel").hasAttribute("open")) return;
  if (isOld) {
    sessionStorage.setItem("updated", "yes");
    location.reload();
  } else if (navigator.serviceWorker?.controller && registration?.waiting) {
    registration.waiting.postMessage("take over");
    // It may not have heard: a worker that is just being started
    setTimeout(takeOver, ASKED_AGAIN);
  }
}

await start();
