// The few things that every screen draws with.

import morphdom from "../morphdom/dist/morphdom-esm.js";
import { t, told } from "./words.js";

/** @typedef {Node | string | null | false | undefined} Child */

/** What is listened to. */
const LISTENERS = /** @type {const} */ (["onclick", "onchange", "oninput", "onkeydown"]);

/**
 * An element. `props` are attributes, and `LISTENERS`; true is an attribute without a value, and what is null or false
 * is left out.
 *
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 * @param {Record<string, string | number | boolean | null | undefined | ((event: any) => void)>} [props]
 * @param {...Child} children
 * @returns {HTMLElementTagNameMap[K]}
 */
export function el(name, props = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(props)) {
    if (typeof value === "function") Object.assign(element, { [key]: value });
    else if (value === true) element.setAttribute(key, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, String(value));
  }
  element.append(...children.filter(shown));
  return element;
}

/** @param {Child} child @returns {child is Node | string} */
const shown = (child) => child !== null && child !== undefined && child !== false;

/**
 * Makes `place` hold `children`, changing what is there already: a thumb that is just coming down on a button, a field
 * that is being written in, and the reader's place on the page are left in peace. Elements are the same by their
 * `data-key`, else by their id; what must not become something else under the thumb gets a key that says what it is.
 *
 * @param {HTMLElement} place
 * @param {...Child} children
 */
export function paint(place, ...children) {
  const wanted = /** @type {HTMLElement} */ (place.cloneNode(false));
  wanted.append(...children.filter(shown));
  const focused = document.activeElement?.id;
  morphdom(place, wanted, { childrenOnly: true, getNodeKey: keyOf, onBeforeElUpdated: listenAs });
  if (focused && focused !== document.activeElement?.id) byId(focused)?.focus({ preventScroll: true });
}

/** A label is known by its field. @param {Node} node */
function keyOf(node) {
  if (node instanceof HTMLLabelElement && node.htmlFor) return `for ${node.htmlFor}`;
  return node instanceof HTMLElement ? (node.dataset.key ?? node.id) : "";
}

/** @param {HTMLElement} there @param {HTMLElement} wanted */
function listenAs(there, wanted) {
  Object.assign(there, Object.fromEntries(LISTENERS.map((name) => [name, wanted[name]])));
  return true;
}

/**
 * `draw`, one at a time: asked for while it is at work, it is done once more, for all who asked.
 *
 * @param {() => Promise<void>} draw
 * @returns {() => Promise<void>}
 */
export function inTurn(draw) {
  let last = Promise.resolve();
  /** @type {Promise<void> | null} */
  let next = null;
  return () =>
    (next ??= last.catch(() => {}).then(() => {
      next = null;
      return (last = draw());
    }));
}

/** The second tap of a double one comes within this time in milliseconds, and as near in pixels. */
export const DOUBLE = 500;
const NEAR = 48;

/** What was pressed last. @type {{ on: Element | null, x: number, y: number, at: number }} */
let last = { on: null, x: 0, y: 0, at: -Infinity };

/**
 * Of a double tap only the first is meant: the second would fall on what the first has brought under the thumb, and
 * record the next room, or take the record back. Twice on the same button is twice.
 *
 * @param {MouseEvent} event
 */
function once(event) {
  const isByKey = event.detail === 0;
  if (isByKey) return;
  const on = pressed(event.target);
  const at = performance.now();
  const isSecond = at - last.at < DOUBLE && Math.hypot(event.clientX - last.x, event.clientY - last.y) < NEAR;
  if (!isSecond || on === last.on) {
    last = { on, x: event.clientX, y: event.clientY, at };
    return;
  }
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** A label is its field. @param {EventTarget | null} target */
function pressed(target) {
  const on = target instanceof Element ? target.closest("a, button, input, label, select") : null;
  return on instanceof HTMLLabelElement ? (on.control ?? on) : on;
}

addEventListener("click", once, true);

const SVG = "http://www.w3.org/2000/svg";

/** One of `icons.svg`. @param {string} name @param {string} [size] `i-s` or `i-l` */
export function icon(name, size = "") {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("class", `i ${size}`.trim());
  picture.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${told.icons}#${name}`);
  picture.append(use);
  return picture;
}

/** @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
export const byId = (id) => /** @type {T} */ (document.getElementById(id));

/** The left part of the bar on top, which is the screen's. @param {...Child} children */
export const bar = (...children) => byId("bar").replaceChildren(...children.filter(shown));

/** Say it on top of the screen until it is put away. The same is said once. @param {string} text @param {...Child} more */
export function say(text, ...more) {
  const messages = byId("messages");
  if ([...messages.children].some((message) => message.querySelector("p")?.textContent === text)) return;
  const away = el("button", { type: "button", "aria-label": t("put-away"), onclick: () => message.remove() }, icon("cross", "i-s"));
  const message = el("div", { class: "note message" }, el("div", {}, el("p", {}, text), ...more), away);
  messages.append(message);
}
