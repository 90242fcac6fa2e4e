// What the browser remembers from one visit to the next: the phones with the letters that were
// read and sent, and which letters were reported as delivered.

const PHONES = "pukar-simulator";
const DELIVERED = "pukar-simulator-delivered";

/** Recall the phones: [{number, read, sent}], or null when there is nothing to recall. */
export function recall() {
  const kept = load(PHONES);
  return Array.isArray(kept) && kept.length && kept.every(isPhone) ? kept : null;
}

/** Remember the phones. */
export function remember(phones) {
  save(PHONES, phones);
}

/** Note which letters have reached a number; say which of them had not before. */
export function noteDelivered(number, keys) {
  const kept = load(DELIVERED);
  const before = Array.isArray(kept?.[number]) ? kept[number] : [];
  save(DELIVERED, { ...kept, [number]: keys });
  return keys.filter((key) => !before.includes(key));
}

function load(place) {
  try {
    return JSON.parse(localStorage.getItem(place));
  } catch {
    return null;
  }
}

function save(place, value) {
  try {
    localStorage.setItem(place, JSON.stringify(value));
  } catch {
    // a browser that keeps nothing still simulates
  }
}

// Phones of earlier versions have sent nothing.
function isPhone(kept) {
  const { number, read, sent = [] } = kept ?? {};
  return typeof number === "string" && Array.isArray(read) && Array.isArray(sent);
}
