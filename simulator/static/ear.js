// What the person with the phone learns of one call: its state, and a log of all that is said.

const SAID = new URL("voice/said", document.baseURI);
const RECORDINGS = new URL("voice/recordings/", document.baseURI).pathname;

export class Ear {
  #screen;
  #onState;
  #isOpen = true;
  #words = "Ringing";
  #since = null; // when the state began whose seconds are shown
  #connected = null;
  #ticking;

  constructor(screen, onState) {
    this.#screen = screen;
    this.#onState = onState;
    this.#ticking = setInterval(() => this.#tick(), 500);
  }

  /** The field for a sound file. */
  get file() {
    return this.#screen.file;
  }

  connected() {
    this.#connected = Date.now();
    this.#event("Connected");
    this.#become("Connected", this.#connected);
  }

  said(text) {
    if (text) this.#add("said", text);
  }

  /** A sound is played: its words come from the page's own server. */
  async played(sound) {
    const line = this.#add("said", "…");
    const address = new URL(SAID);
    address.searchParams.set("audio", sound.pathname + sound.search);
    const response = await fetch(address).catch(() => null);
    const { text } = response?.ok ? await response.json() : {};
    const own = sound.pathname.startsWith(RECORDINGS) ? "♪ what you have said" : "";
    if (line) this.#screen.fill(line, text || own || "♪ (a sound without known words)");
  }

  pressed(key) {
    this.#screen.addKey(key);
  }

  recording(finish) {
    const ends = finish ? `; ${finish} ends it` : "";
    this.#event(`Recording: speak${ends}`);
    this.#become("Recording", Date.now());
    if (this.#isOpen) this.#onState("recording");
  }

  recorded(seconds) {
    this.#event(`Recorded ${seconds} s`);
    this.#become("Connected", this.#connected);
    if (this.#isOpen) this.#onState("calling");
  }

  offerFile(offered) {
    if (this.#isOpen) this.#screen.offerFile(offered);
  }

  dialled(number) {
    this.#event(`Connected to ${number}`);
    this.#become(`With ${number}`, Date.now());
  }

  trouble(reason) {
    this.#add("trouble", reason);
  }

  /** Say how it ended; what the call still does on its way out is not shown. */
  ended(words) {
    this.#event(words);
    this.#become(words, null);
    this.#screen.offerFile(false);
    clearInterval(this.#ticking);
    this.#isOpen = false;
  }

  #event(words) {
    this.#add("event", words);
  }

  #add(kind, text) {
    return this.#isOpen ? this.#screen.addLine(kind, text) : null;
  }

  #become(words, since) {
    this.#words = words;
    this.#since = since;
    this.#tick();
  }

  #tick() {
    if (!this.#isOpen) return;
    const time = this.#since === null ? "" : ` ${spell(Date.now() - this.#since)}`;
    this.#screen.showCallState(`${this.#words}${time}`);
  }
}

function spell(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
