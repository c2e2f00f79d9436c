// What was recorded and is not the server's yet. A row is on the phone before the screen says so, and leaves when the
// server has said that it holds the record and every photo, by the photo's hash.

import { GRACE, keep } from "./queue.js";
import { wakeIn } from "./sending.js";

export { OtherPerson, answered, discard, elsewhere, isWriting, on, photosOf, renewed, rows, sent, takeBack } from "./queue.js";
export { flush, start, state } from "./sending.js";
export { StorageFull } from "./store.js";

/**
 * Keeps a record with its photos; it is on the phone when this resolves, and is sent after the time to take it back.
 * `mends` is a refused row that it stands in for, and `drafts` are the names that it lay under while it was filled in:
 * they go in the same transaction. Throws StorageFull, or what the browser threw, and then nothing of it is kept.
 *
 * @param {CheckItem} item
 * @param {Photo[]} [photos]
 * @param {string | null} [mends]
 * @param {string[]} [drafts]
 */
export async function save(item, photos = [], mends = null, drafts = []) {
  await keep(item, photos, mends, drafts);
  wakeIn(GRACE);
}
