// The few things that every screen draws with.

import { t, told } from "./words.js";

/** @typedef {Node | string | null | false | undefined} Child */

/**
 * An element. `props` are attributes, and listeners as `onclick`; true is an attribute without a value, and what is
 * null or false is left out.
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
    if (typeof value === "function") element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, String(value));
  }
  element.append(...children.filter(shown));
  return element;
}

/** @param {Child} child @returns {child is Node | string} */
const shown = (child) => child !== null && child !== undefined && child !== false;

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
