// How much of a USSD message a text fills (3GPP TS 23.038): 160 octets hold 182 septets of
// the GSM alphabet, or 80 UCS-2 units as soon as one character is not of that alphabet.

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENSION = new Set("\f^{}\\[~]|€"); // two septets each

function countSeptets(text) {
  let count = 0;
  for (const character of text) {
    if (BASIC.has(character)) count += 1;
    else if (EXTENSION.has(character)) count += 2;
    else return null;
  }
  return count;
}

/** Say how much of one USSD message a text takes. */
export function measure(text) {
  const normal = text.normalize("NFC");
  const septets = countSeptets(normal);
  return septets === null
    ? { used: normal.length, limit: 80, unit: "UCS-2 units" }
    : { used: septets, limit: 182, unit: "septets" };
}
