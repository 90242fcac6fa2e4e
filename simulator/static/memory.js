// What the browser remembers from one visit to the next: the phones and the letters read.

const PLACE = "pukar-simulator";

/** Recall the phones: [{number, read}], or null when there is nothing to recall. */
export function recall() {
  try {
    const kept = JSON.parse(localStorage.getItem(PLACE));
    return Array.isArray(kept) && kept.length && kept.every(isPhone) ? kept : null;
  } catch {
    return null;
  }
}

/** Remember the phones. */
export function remember(phones) {
  try {
    localStorage.setItem(PLACE, JSON.stringify(phones));
  } catch {
    // a browser that keeps nothing still simulates
  }
}

function isPhone(kept) {
  return typeof kept?.number === "string" && Array.isArray(kept.read);
}
