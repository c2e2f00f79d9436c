// A sheet that is being filled in: kept on the phone until it is saved, so that a reload or a wrong tap loses nothing.

import * as places from "./places.js";
import { kept, transact, whereThereIsRoom } from "./store.js";

/**
 * `item` is what would be sent; `photos` are the pictures that its findings name and that the server has not; `date` is
 * the school's when it was begun.
 *
 * @typedef {{ item: CheckItem, photos: Photo[], mends: string | null, date: string }} Draft
 */

/** Under which names a sheet lies: what was entered, and apart from it the pictures, which weigh much and seldom change. @param {string} sheet its address */
export const namesOf = (sheet) => /** @type {[string, string]} */ ([`${places.me()?.id}/draft/${sheet}`, `${places.me()?.id}/draft-photos/${sheet}`]);

/** Which pictures lie there already. */
let lying = "";

/** @param {string} sheet @returns {Promise<Draft | null>} */
export async function draftOf(sheet) {
  const [name, ofPhotos] = namesOf(sheet);
  const [draft, photos] = await Promise.all([kept(name), kept(ofPhotos)]);
  return draft ? { photos: photos ?? [], ...draft } : null;
}

/** @param {string} sheet @param {Draft} draft */
export async function keepDraft(sheet, draft) {
  const [name, ofPhotos] = namesOf(sheet);
  const { photos, ...entered } = draft;
  const there = `${sheet} ${photos.map(({ id }) => id).join(" ")}`;
  const isNew = there !== lying;
  lying = there;
  await whereThereIsRoom(
    transact(["kept"], "readwrite", async (tx) => {
      if (isNew) await tx.objectStore("kept").put(photos, ofPhotos);
      await tx.objectStore("kept").put(entered, name);
    }),
  );
}

/** @param {string} sheet */
export function forgetDraft(sheet) {
  lying = "";
  return transact(["kept"], "readwrite", async (tx) => {
    for (const name of namesOf(sheet)) await tx.objectStore("kept").delete(name);
  });
}
