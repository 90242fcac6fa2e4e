// Telephone numbers: one spelling to send, one to read.

/** Bring a typed number to +E.164, or give null; ten digits are taken as Indian. */
export function parseNumber(typed) {
  const bare = typed.replace(/[\s().-]/g, "");
  const full = /^[6-9][0-9]{9}$/.test(bare) ? `+91${bare}` : bare;
  return /^\+[1-9][0-9]{6,14}$/.test(full) ? full : null;
}

/** Write a number in groups: +91 98000 00001. */
export function spellNumber(number) {
  return number.replace(/^\+91([0-9]{5})([0-9]{5})$/, "+91 $1 $2");
}

/** Say whether two spellings call the same: with the country code, with a zero, or bare. */
export function sameNumber(one, other) {
  const bare = (number) => number.replace(/^(\+91|0)/, "");
  return bare(one) === bare(other);
}

/** Give the first number of the demo that no phone has yet. */
export function freeNumber(taken) {
  for (let last = 1; ; last += 1) {
    const number = `+9198000${String(last).padStart(5, "0")}`;
    if (!taken.includes(number)) return number;
  }
}
