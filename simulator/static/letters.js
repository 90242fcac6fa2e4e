// The SMS of one number: the received, fetched from the page's own server, and the sent.

import { noteDelivered } from "./memory.js";
import { reportDelivered } from "./sms.js";

const INBOX = new URL("inbox", document.baseURI);
const MOST_SENT = 50;

export class Letters {
  #received = [];
  #known = null; // keys of all received letters at the last look; null before the first
  #read;
  #sent;

  constructor(number, { read = [], sent = [] } = {}) {
    this.number = number;
    this.#read = new Set(read);
    this.#sent = sent;
    this.#arrange();
  }

  /** How many letters nobody has opened yet. */
  get unread() {
    return this.all.filter((letter) => !this.isRead(letter)).length;
  }

  /** What is to be remembered. */
  get kept() {
    return { read: [...this.#read], sent: this.#sent };
  }

  isRead(letter) {
    return Boolean(letter.sent) || this.#read.has(keyOf(letter));
  }

  open(letter) {
    if (!letter.sent) this.#read.add(keyOf(letter));
  }

  /** Where a letter stands in the list now; the top when it is gone. */
  positionOf(letter) {
    const key = letter && keyOf(letter);
    return Math.max(0, this.all.findIndex((other) => keyOf(other) === key));
  }

  /** Keep a letter that was sent. */
  add(letter) {
    this.#sent = [letter, ...this.#sent].slice(0, MOST_SENT);
    this.#arrange();
  }

  /** Look into the letter box; null when that fails. */
  async look() {
    const address = new URL(INBOX);
    address.searchParams.set("phone", this.number);
    try {
      const response = await fetch(address, { cache: "no-store" });
      return response.ok ? await response.json() : null;
    } catch {
      return null; // the server is away; the next look may find it
    }
  }

  /** Take in what was found; say whether it changed and whether something new came. */
  take(found) {
    const keys = new Set(found.map(keyOf));
    const before = this.#known;
    const isNew = [...keys].some((key) => !before?.has(key));
    this.#received = found;
    this.#known = keys;
    this.#read = new Set([...this.#read].filter((key) => keys.has(key)));
    this.#arrange();
    if (isNew) this.#report();
    const arrived = before !== null && isNew;
    return { changed: before === null || arrived || before.size !== keys.size, arrived };
  }

  #report() {
    const unreported = new Set(noteDelivered(this.number, [...this.#known]));
    const letters = this.#received.filter((letter) => unreported.has(keyOf(letter)));
    reportDelivered(letters.map((letter) => letter.id));
  }

  // Newest first. Times are in seconds: an answer of the same second came after its question.
  #arrange() {
    const all = [...this.#received, ...this.#sent];
    this.all = all.sort((one, other) => Date.parse(other.at) - Date.parse(one.at));
  }
}

// The time belongs to the key: a demo that starts afresh may number its letters from 1 again.
function keyOf(letter) {
  return `${letter.id} ${letter.at}`;
}
