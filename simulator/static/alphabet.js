// How much of a message a text fills (3GPP TS 23.038): in the GSM alphabet an octet holds more
// than a letter, but one character outside of it makes the whole text UCS-2. One message is 160
// octets as USSD, 140 as SMS; each part of a long SMS gives six of them to its header (23.040).

const BASIC = new Set(
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?" +
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà",
);
const EXTENSION = new Set("\f^{}\\[~]|€"); // two septets each

const GSM7 = { unit: "GSM-7 septets", count: countSeptets, ussd: 182, sms: 160, part: 153 };
const UCS2 = { unit: "UCS-2 units", count: (text) => text.length, ussd: 80, sms: 70, part: 67 };

const CLUSTERS = new Intl.Segmenter();

/** Say how much of one USSD message a text takes. */
export function measureUssd(text) {
  const normal = text.normalize("NFC");
  const { unit, count, ussd } = alphabetOf(normal);
  return { used: count(normal), limit: ussd, unit };
}

/** Say how much of how many SMS a text takes. */
export function measureSms(text) {
  const normal = text.normalize("NFC");
  const { unit, count, sms, part } = alphabetOf(normal);
  const used = count(normal);
  if (used <= sms) return { used, limit: sms, unit, parts: 1 };
  const parts = countParts(normal, count, part);
  return { used, limit: parts * part, unit, parts };
}

function alphabetOf(text) {
  return countSeptets(text) === null ? UCS2 : GSM7;
}

function countSeptets(text) {
  let count = 0;
  for (const character of text) {
    if (BASIC.has(character)) count += 1;
    else if (EXTENSION.has(character)) count += 2;
    else return null;
  }
  return count;
}

// As the service splits: within no cluster of letters, so that a part may stay a little short.
function countParts(text, count, limit) {
  let parts = 1;
  let filled = 0;
  for (const { segment } of CLUSTERS.segment(text)) {
    for (const piece of count(segment) <= limit ? [segment] : segment) {
      if (filled + count(piece) > limit) {
        parts += 1;
        filled = 0;
      }
      filled += count(piece);
    }
  }
  return parts;
}
