// A photo as it is kept and sent: 1600 px at the longer side, upright, without what the camera knew of the place.

import { el } from "./dom.js";

const LONGEST = 1600;
const QUALITY = 0.8;
// What the server takes as it is, where this browser cannot read it (an iPhone's HEIC in Chrome)
const TAKEN = ["image/jpeg", "image/png", "image/webp", "image/heic", "image/heif"];
const MOST_BYTES = 10 * 1024 * 1024;

export class NoPhoto extends Error {}

/**
 * The picture in `file`, small enough to be sent. Throws NoPhoto where there is none that anybody could read.
 *
 * @param {File} file
 * @returns {Promise<Photo>}
 */
export async function photoOf(file) {
  const id = crypto.randomUUID();
  const scaled = await scale(file).catch(() => null);
  if (scaled) return { id, bytes: await scaled.arrayBuffer(), type: scaled.type };
  if (!TAKEN.includes(file.type) || file.size > MOST_BYTES) throw new NoPhoto(file.name);
  return { id, bytes: await file.arrayBuffer(), type: file.type };
}

/** @param {File} file @returns {Promise<Blob | null>} */
async function scale(file) {
  // Older browsers do not know the word, and turn the picture by themselves
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => createImageBitmap(file));
  const factor = Math.min(1, LONGEST / Math.max(picture.width, picture.height));
  const canvas = el("canvas", { width: Math.round(picture.width * factor), height: Math.round(picture.height * factor) });
  draw(canvas, picture);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
}

/**
 * A small square picture of a photo, empty where this browser cannot read it. A canvas, for a picture's address would
 * have to be one that the content policy knows.
 *
 * @param {Photo} photo
 * @param {string} label
 */
export function thumbnail({ id, bytes, type }, label) {
  const side = 88;
  const canvas = el("canvas", { "data-key": `photo ${id}`, class: "photo", width: side, height: side, role: "img", "aria-label": label });
  createImageBitmap(new Blob([bytes], { type }))
    .then((picture) => draw(canvas, picture, Math.min(picture.width, picture.height)))
    .catch(() => {});
  return canvas;
}

/** The middle of `picture`, `side` wide and high, or all of it. @param {HTMLCanvasElement} canvas @param {ImageBitmap} picture @param {number} [side] */
function draw(canvas, picture, side) {
  const [width, height] = [side ?? picture.width, side ?? picture.height];
  const [x, y] = [(picture.width - width) / 2, (picture.height - height) / 2];
  canvas.getContext("2d")?.drawImage(picture, x, y, width, height, 0, 0, canvas.width, canvas.height);
  picture.close();
}
