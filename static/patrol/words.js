// What the shell says: the words in the person's language, and the addresses.

/** @type {Told} */
export const told = JSON.parse(document.getElementById("told")?.textContent ?? "");

/**
 * The text that `key` names, its `{…}` filled in; of two forms, the one for `values.count`.
 *
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 */
export function t(key, values = {}) {
  const said = told.words[key];
  if (said === undefined) throw new Error(`No words for ${key}`);
  const text = typeof said === "string" ? said : said[values.count === 1 ? 0 : 1];
  return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
}

/** Where signing in leads back here. */
export const signInAddress = () => `${told.signin}?next=${encodeURIComponent(location.pathname + location.hash)}`;

/** @param {Named} thing */
export const named = (thing) => (told.language === "en" ? thing.name_en : thing.name) || thing.name;

/** 19:20 @param {number} at */
export const clockTime = (at) => format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }, at);

/** 19:20 today, else 11月9日 19:20 @param {number} at */
export function moment(at) {
  const day = /** @param {number} time */ (time) => format({ month: "long", day: "numeric" }, time);
  return day(at) === day(Date.now()) ? clockTime(at) : `${day(at)} ${clockTime(at)}`;
}

/** @param {Intl.DateTimeFormatOptions} options @param {number} at */
function format(options, at) {
  return new Intl.DateTimeFormat(told.language, { timeZone: told.zone, ...options }).format(at);
}
