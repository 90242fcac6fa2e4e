// One phone: what each key does in each state. Drawing is in screen.js, the protocol in
// ussd.js, the way from a pressed key to `press` in keyboard.js.

import { measure } from "./alphabet.js";
import { listen } from "./keyboard.js";
import { Letters } from "./letters.js";
import { parseNumber, spellNumber } from "./number.js";
import { Screen } from "./screen.js";
import { Session, entryOf } from "./ussd.js";

const LONGEST_DIAL = 60;
const CALLING = new Set(["waiting", "open", "unanswered"]);

// For each state, the keys that do something; a key not listed is ignored.
const KEYS = {
  idle: {
    digit: (phone, digit) => phone.dialDigit(digit),
    green: (phone) => phone.dial(),
    red: (phone) => phone.rest(),
    clear: (phone) => phone.eraseDigit(),
    inbox: (phone) => phone.openInbox(),
    ok: (phone) => phone.openInbox(),
  },
  waiting: { red: (phone) => phone.hangUp() },
  open: {
    digit: (phone, digit) => phone.screen.typeReply(digit),
    green: (phone) => phone.answer(),
    red: (phone) => phone.hangUp(),
    clear: (phone) => phone.screen.eraseReply(),
    up: (phone) => phone.screen.scroll(-1),
    down: (phone) => phone.screen.scroll(1),
    ok: (phone) => phone.answer(),
  },
  unanswered: {
    green: (phone) => phone.ask(),
    red: (phone) => phone.hangUp(),
    ok: (phone) => phone.ask(),
  },
  ended: {
    digit: (phone, digit) => phone.rest().dialDigit(digit),
    green: (phone) => phone.rest(),
    red: (phone) => phone.rest(),
    clear: (phone) => phone.rest(),
    inbox: (phone) => phone.openInbox(),
    up: (phone) => phone.screen.scroll(-1),
    down: (phone) => phone.screen.scroll(1),
    ok: (phone) => phone.rest(),
  },
  list: {
    green: (phone) => phone.openLetter(),
    red: (phone) => phone.rest(),
    clear: (phone) => phone.rest(),
    inbox: (phone) => phone.rest(),
    up: (phone) => phone.select(-1),
    down: (phone) => phone.select(1),
    ok: (phone) => phone.openLetter(),
  },
  letter: {
    red: (phone) => phone.rest(),
    clear: (phone) => phone.listLetters(),
    inbox: (phone) => phone.listLetters(),
    up: (phone) => phone.screen.scroll(-1),
    down: (phone) => phone.screen.scroll(1),
    ok: (phone) => phone.listLetters(),
  },
};
KEYS.failed = KEYS.ended;

export class Phone {
  #state = "idle";
  #session = null; // the call under way; null as soon as it is over
  #last = null; // the latest session, over or not, for the line below the phone
  #shown = null; // the latest text the service sent
  #dialled = "";
  #note = ""; // what the idle screen says until the next key
  #selected = 0;

  constructor(element, { number, read, serviceCode, onChange, onRemove }) {
    this.element = element;
    this.serviceCode = serviceCode;
    this.onChange = onChange;
    this.onRemove = onRemove;
    this.number = number;
    this.letters = new Letters(number, read);
    this.handset = element.querySelector(".handset");
    this.screen = new Screen(this.handset, (index) => this.openLetter(index));
    listen(this);
    this.#connectPanel();
    this.rest();
  }

  /** Tell the phone where it stands among the others. */
  place(position, of) {
    this.#part("title").textContent = `Phone ${position}`;
    this.#part("remove").disabled = of === 1;
    this.#label();
  }

  /** Let a key do what it does in the present state. */
  press(key) {
    const keys = KEYS[this.#state];
    if (/^[0-9*#]$/.test(key)) keys.digit?.(this, key);
    else keys[key]?.(this);
  }

  /** Put the keyboard where the caller goes on. */
  focus() {
    const typing = this.#state === "open" && !matchMedia("(pointer: coarse)").matches;
    const place = typing ? this.screen.input : (this.screen.current ?? this.handset);
    place.focus({ preventScroll: true });
  }

  get expectsReply() {
    return this.#state === "open";
  }

  /** Return to the idle screen. */
  rest(note = "") {
    this.#dialled = "";
    this.#note = note;
    this.#go("idle");
    this.screen.showIdle(note || newMessages(this.letters.unread));
    return this;
  }

  dialDigit(digit) {
    this.#showDialled((this.#dialled + digit).slice(0, LONGEST_DIAL));
  }

  eraseDigit() {
    this.#showDialled(this.#dialled.slice(0, -1));
  }

  #showDialled(dialled) {
    if (!dialled) return this.rest();
    this.#dialled = dialled;
    this.screen.showDialled(dialled);
    return this;
  }

  /** Call what was dialled. */
  dial(dialled = this.#dialled) {
    if (!dialled || this.#session) return;
    const entry = entryOf(dialled, this.serviceCode);
    if (entry === null) {
      this.rest(`Only ${this.serviceCode} works here`);
      return;
    }
    this.#dialled = "";
    this.#session = this.#last = new Session(this.number, this.serviceCode, entry);
    this.#shown = null;
    this.ask();
  }

  /** Send what stands in the reply field; like a real phone, never nothing. */
  answer() {
    const reply = this.screen.input.value;
    if (reply === "") return;
    this.#session.add(reply);
    this.ask();
  }

  /** Ask for the next screen, or again for the one whose answer was lost. */
  async ask() {
    const session = this.#session;
    const lost = this.#takeLoss();
    this.#go("waiting");
    this.screen.showNotice("Please wait…");
    const answer = await session.ask();
    if (session !== this.#session) return; // the call is gone, and its answer with it
    if (lost) this.#showUnanswered();
    else this.#showAnswer(answer);
  }

  #showUnanswered() {
    this.#go("unanswered");
    this.screen.showNotice("No answer. Press green to try again");
  }

  #showAnswer({ kind, text, reason }) {
    if (kind === "ended") this.#endSession("Success");
    if (kind === "failed") this.#endSession("Failed", reason);
    this.#shown = kind === "failed" ? null : text;
    this.#go(kind);
    this.screen.showText(text);
    if (this.handset.contains(document.activeElement)) this.focus();
  }

  /** End the call as the caller does. */
  hangUp() {
    this.#endSession("Incomplete");
    this.rest();
  }

  /** End the call as a lost signal does. */
  drop() {
    if (!this.#session) return;
    this.#endSession("Incomplete");
    this.rest("Call dropped");
  }

  #endSession(status, reason) {
    const session = this.#session;
    this.#session = null;
    session.end(status, reason);
  }

  #takeLoss() {
    const lose = this.#part("lose");
    const armed = lose.getAttribute("aria-pressed") === "true";
    lose.setAttribute("aria-pressed", "false");
    return armed;
  }

  openInbox() {
    this.#selected = 0;
    this.listLetters();
  }

  listLetters() {
    this.#dialled = "";
    this.#go("list");
    this.screen.showLetters(this.letters, this.#selected);
  }

  select(step) {
    const last = this.letters.all.length - 1;
    this.#selected = Math.max(0, Math.min(last, this.#selected + step));
    this.screen.showLetters(this.letters, this.#selected);
  }

  openLetter(index = this.#selected) {
    const letter = this.letters.all[index];
    if (!letter) return;
    this.#selected = index;
    this.letters.open(letter);
    this.#go("letter");
    this.screen.showLetter(letter);
    this.onChange();
  }

  /** Look for new SMS. */
  async collect() {
    const letters = this.letters;
    const before = letters.all;
    const { changed, arrived } = await letters.collect();
    if (!changed || letters !== this.letters) return;
    if (arrived) this.screen.pulse();
    this.#selected = letters.positionOf(before[this.#selected]); // the same letter stays chosen
    this.#refresh();
    this.onChange();
  }

  #refresh() {
    this.screen.showUnread(this.letters.unread);
    if (this.#state === "list") this.select(0);
    if (this.#state === "idle" && !this.#dialled) this.rest(this.#note);
  }

  /** Let the clock go on. */
  tick() {
    this.screen.tick();
  }

  #go(state) {
    this.#state = state;
    this.element.dataset.state = state;
    this.screen.askReply(state === "open");
    this.screen.showUnread(this.letters.unread);
    const calling = CALLING.has(state);
    this.#part("number").readOnly = calling;
    this.#part("quick-dial").disabled = calling;
    this.#part("drop").disabled = !calling;
    this.#measure();
  }

  #measure() {
    const { used, limit, unit } = measure(this.#shown ?? "");
    const size = this.#shown === null ? "no screen yet" : `${used} of ${limit} ${unit}`;
    const line = this.#part("meter");
    line.querySelector("span").textContent = [
      used > limit ? `${size}: too long` : size,
      `hop ${this.#last?.hops ?? 0}`,
      this.#state,
    ].join(" · ");
    line.title = this.#last?.id ?? "";
    line.classList.toggle("over", used > limit);
    line.querySelector("i").style.width = `${Math.min(100, (100 * used) / limit)}%`;
  }

  #connectPanel() {
    const lose = this.#part("lose");
    const number = this.#part("number");
    this.#part("quick-dial").addEventListener("click", () => this.#dialFromPanel());
    this.#part("drop").addEventListener("click", () => this.#dropFromPanel());
    lose.addEventListener("click", (event) => {
      lose.setAttribute("aria-pressed", String(lose.getAttribute("aria-pressed") !== "true"));
      if (event.detail > 0) this.focus(); // by mouse: go on typing
    });
    number.value = spellNumber(this.number);
    number.addEventListener("change", () => this.#renumber(parseNumber(number.value)));
    this.#part("remove").addEventListener("click", () => {
      this.drop();
      this.onRemove(this);
    });
  }

  #dialFromPanel() {
    this.dial(this.serviceCode);
    this.focus();
  }

  #dropFromPanel() {
    this.drop();
    this.focus();
  }

  #renumber(number) {
    const field = this.#part("number");
    field.setAttribute("aria-invalid", String(number === null));
    if (number === null) return;
    field.value = spellNumber(number);
    if (number === this.number) return;
    this.number = number;
    this.letters = new Letters(number);
    this.#label();
    this.rest();
    this.onChange();
    this.collect();
  }

  #label() {
    const name = `${this.#part("title").textContent}, ${spellNumber(this.number)}`;
    this.element.setAttribute("aria-label", name);
    this.handset.setAttribute("aria-label", `${name}: type here`);
  }

  #part(name) {
    return this.element.querySelector(`[data-test="${name}"]`);
  }
}

function newMessages(count) {
  if (count === 0) return "";
  return count === 1 ? "1 new message" : `${count} new messages`;
}
