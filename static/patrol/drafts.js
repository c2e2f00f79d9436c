// A sheet that is being filled in: kept on the phone until it is saved, so that a reload or a wrong tap loses nothing.

import * as places from "./places.js";
import { keep, kept } from "./store.js";

/**
 * `item` is what would be sent; `photos` are the pictures that its findings name.
 *
 * @typedef {{ item: CheckItem, photos: Photo[], mends: string | null }} Draft
 */

/** @param {string} sheet the sheet's address */
const name = (sheet) => `${places.me()?.id}/draft/${sheet}`;

/** @param {string} sheet @returns {Promise<Draft | null>} */
export const draftOf = async (sheet) => (await kept(name(sheet))) ?? null;

/** @param {string} sheet @param {Draft | null} draft null forgets it */
export const keepDraft = (sheet, draft) => keep(name(sheet), draft);
