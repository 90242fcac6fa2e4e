// The SMS of one number: fetched from the page's own server, with marks for those read.

const INBOX = new URL("inbox", document.baseURI);

export class Letters {
  #known = null; // keys of all letters at the last look; null before the first
  #read;

  constructor(number, read = []) {
    this.number = number;
    this.#read = new Set(read);
    this.all = [];
  }

  /** How many letters nobody has opened yet. */
  get unread() {
    return this.all.filter((letter) => !this.isRead(letter)).length;
  }

  /** The marks to be remembered. */
  get read() {
    return [...this.#read];
  }

  isRead(letter) {
    return this.#read.has(keyOf(letter));
  }

  open(letter) {
    this.#read.add(keyOf(letter));
  }

  /** Where a letter stands in the list now; the top when it is gone. */
  positionOf(letter) {
    const key = letter && keyOf(letter);
    return Math.max(0, this.all.findIndex((other) => keyOf(other) === key));
  }

  /** Look into the letter box; say whether it changed and whether something new came. */
  async collect() {
    const found = await fetchLetters(this.number);
    if (!found) return { changed: false, arrived: false };
    const keys = new Set(found.map(keyOf));
    const before = this.#known;
    this.all = found;
    this.#known = keys;
    this.#read = new Set(this.read.filter((key) => keys.has(key)));
    const arrived = before !== null && [...keys].some((key) => !before.has(key));
    return { changed: before === null || arrived || before.size !== keys.size, arrived };
  }
}

// The time belongs to the key: a demo that starts afresh may number its letters from 1 again.
function keyOf(letter) {
  return `${letter.id} ${letter.at}`;
}

async function fetchLetters(number) {
  const address = new URL(INBOX);
  address.searchParams.set("phone", number);
  try {
    const response = await fetch(address, { cache: "no-store" });
    return response.ok ? await response.json() : null;
  } catch {
    return null; // the server is away; the next look may find it
  }
}
