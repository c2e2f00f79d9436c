// What was recorded and is not the server's yet. A row is on the phone before the screen says so, and leaves when the
// server has said that it holds the record and every photo, by the photo's hash.

import { GRACE, keep } from "./queue.js";
import { wakeIn } from "./sending.js";

export { discard, elsewhere, on, photosOf, renewed, rows, sent, takeBack } from "./queue.js";
export { flush, start, state } from "./sending.js";
export { StorageFull } from "./store.js";

/**
 * Keeps a record with its photos; it is on the phone when this resolves, and is sent after the time to take it back.
 * `mends` is a refused row that it stands in for: that one goes in the same transaction. Throws StorageFull, and then
 * nothing of it is kept.
 *
 * @param {CheckItem} item
 * @param {Photo[]} [photos]
 * @param {string | null} [mends]
 */
export async function save(item, photos = [], mends = null) {
  await keep(item, photos, mends);
  wakeIn(GRACE);
}
