// One phone: its states and what happens in them. Which key does what is in keys.js, drawing in
// screen.js, the provider's side in ussd.js, sms.js and call.js, voice calls in line.js, the way
// from a key to `press` in keyboard.js.

import { measureSms, measureUssd } from "./alphabet.js";
import { listen } from "./keyboard.js";
import { KEYS } from "./keys.js";
import { Letters } from "./letters.js";
import { HELPLINE, MISSED_CALL, Line, calledWith } from "./line.js";
import { parseNumber, spellNumber } from "./number.js";
import { Screen } from "./screen.js";
import { ADDRESSEE, Written } from "./sms.js";
import { Session, entryOf } from "./ussd.js";

const LONGEST_DIAL = 60;
const SPEAKING = new Set(["calling", "recording", "ringing"]);
const CALLING = new Set(["waiting", "open", "unanswered", ...SPEAKING]);
const BUSY = new Set([...CALLING, "sending", "off"]); // nobody can call it
const WRITING = new Set(["writing", "sending"]);

export class Phone {
  #state = "idle";
  #session = null; // the call under way; null as soon as it is over
  #last = null; // the latest session, over or not, for the line below the phone
  #shown = null; // the latest text the service sent
  #dialled = "";
  #note = ""; // what the idle screen says until the next key
  #selected = 0;
  #letter = null; // the one opened last, to which one goes back from writing
  #unsent = null; // the SMS under way, or not taken
  #spoke = false; // the call on the glass is one of voice

  constructor(element, { number, kept, serviceCode, onChange, onRemove }) {
    this.element = element;
    this.serviceCode = serviceCode;
    this.onChange = onChange;
    this.onRemove = onRemove;
    this.number = number;
    this.letters = new Letters(number, kept);
    this.handset = element.querySelector(".handset");
    this.screen = new Screen(this.handset, {
      onLetter: (index) => this.openLetter(index),
      onType: () => this.#measure(),
    });
    this.line = new Line(this.screen, (state, note) => this.#hear(state, note));
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
    const { field, reply, current } = this.screen;
    // The keys answer most questions: no need for a touch keyboard over them.
    const touched = field === reply && matchMedia("(pointer: coarse)").matches;
    const place = (touched ? null : field) ?? current ?? this.handset;
    place.focus({ preventScroll: true });
  }

  #followFocus() {
    if (this.handset.contains(document.activeElement)) this.focus();
  }

  /** Return to the idle screen. */
  rest(note = "") {
    this.#dialled = "";
    this.#note = note;
    this.#go("idle");
    this.screen.showIdle(note || newMessages(this.letters.unread), hint());
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

  /** Call what was dialled; the helpline, where that is nothing. */
  dial(dialled = this.#dialled || HELPLINE) {
    if (!dialled || this.#session || this.line.isBusy) return;
    const number = calledWith(dialled);
    const entry = entryOf(dialled, this.serviceCode);
    if (number) this.line.dial(this.number, number);
    else if (entry === null) this.rest(`Only ${this.serviceCode} works here`);
    else this.#open(entry);
  }

  #open(entry) {
    this.#dialled = "";
    this.#spoke = false;
    this.#session = this.#last = new Session(this.number, this.serviceCode, entry);
    this.#shown = null;
    this.ask();
  }

  /** Send what stands in the reply field; like a real phone, never nothing. */
  answer() {
    const reply = this.screen.reply.value;
    if (reply === "") return;
    this.#session.add(reply);
    this.ask();
  }

  /** Ask for the next screen, or again for the one whose answer was lost. */
  async ask() {
    const session = this.#session;
    const lost = this.#disarm("lose");
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
    this.#followFocus();
  }

  /** End the call as the caller does. */
  hangUp() {
    this.#endSession("Incomplete");
    this.rest();
  }

  /** End the call as a lost signal does. */
  drop() {
    this.line.vanish();
    if (!this.#session) return;
    this.#endSession("Incomplete");
    this.rest("Call dropped");
  }

  #hear(state, note) {
    this.#spoke = true;
    if (state === "idle") this.rest(note);
    else this.#go(state);
    this.#followFocus();
  }

  /** Ring when the service calls. */
  async attend() {
    const isOff = () => this.#state === "off";
    const isFree = () => !BUSY.has(this.#state);
    if (HELPLINE) await this.line.attend(this.number, { isOff, isFree });
  }

  #endSession(status, reason) {
    const session = this.#session;
    this.#session = null;
    session.end(status, reason);
  }

  // Say whether a fault was to happen this time.
  #disarm(name) {
    const armed = this.#part(name).getAttribute("aria-pressed") === "true";
    this.#part(name).setAttribute("aria-pressed", "false");
    return armed;
  }

  openInbox() {
    this.#selected = 0;
    this.listLetters();
  }

  listLetters() {
    this.#dialled = "";
    this.#letter = null;
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
    if (!letter) {
      this.write(); // what else, where there is nothing to read
      return;
    }
    this.#selected = index;
    this.letters.open(letter);
    this.#showLetter(letter);
    this.onChange();
  }

  #showLetter(letter) {
    this.#letter = letter;
    this.#go("letter");
    this.screen.showLetter(letter);
  }

  /** Write an SMS, or go on with the one that was not sent. */
  write() {
    const { failed, text } = this.#unsent ?? {};
    const trouble = failed && text === this.screen.sms.value;
    this.#go("writing");
    this.screen.showAddressee(ADDRESSEE, trouble ? "Not sent. Green tries again" : "");
    this.#followFocus();
  }

  eraseOrLeave() {
    if (this.screen.sms.value) this.screen.erase();
    else if (this.#letter) this.#showLetter(this.#letter);
    else this.listLetters();
  }

  /** Send what was written; like a real phone, never nothing. */
  async send() {
    const text = this.screen.sms.value;
    if (!text.trim()) return;
    // The same words keep their id, so that they count once; other words are another SMS.
    if (this.#unsent?.text !== text) this.#unsent = new Written(this.number, text);
    const written = this.#unsent;
    written.failed = false;
    const letters = this.letters;
    const lost = this.#disarm("lose");
    const times = this.#disarm("twice") ? 2 : 1;
    this.#go("sending");
    this.screen.showNotice("Sending…");
    const letter = await written.send(times);
    written.failed = lost || letter === null;
    if (!written.failed) this.#keepSent(written, letter, letters);
    else if (this.#isSending(written)) this.write();
  }

  #keepSent(written, letter, letters) {
    const stayed = this.#isSending(written);
    const chosen = stayed ? letter : letters.all[this.#selected];
    letters.add(letter);
    this.#selected = letters.positionOf(chosen);
    if (this.#unsent === written) this.#unsent = null;
    if (this.screen.sms.value === written.text) this.screen.sms.value = "";
    if (stayed) this.listLetters();
    else this.#refresh();
    this.onChange();
  }

  // The caller may have left meanwhile, and even have come back with other words.
  #isSending(written) {
    return this.#state === "sending" && this.#unsent === written;
  }

  /** Look for new SMS. */
  async collect() {
    if (this.#state === "off") return;
    const { letters } = this;
    const found = await letters.look();
    if (!found || letters !== this.letters || this.#state === "off") return;
    const before = letters.all;
    const { changed, arrived } = letters.take(found);
    if (!changed) return;
    if (arrived) this.screen.pulse();
    this.#selected = letters.positionOf(before[this.#selected]); // the same letter stays chosen
    this.#refresh();
    this.onChange();
  }

  #refresh() {
    this.screen.showUnread(this.letters.unread);
    if (this.#state === "list") this.select(0);
    if (this.#state === "idle" && !this.#dialled) this.rest(this.#note);
    this.#measure();
  }

  /** Let the clock go on. */
  tick() {
    this.screen.tick();
  }

  #go(state) {
    this.#state = state;
    this.element.dataset.state = state;
    this.screen.open({ open: this.screen.reply, writing: this.screen.sms }[state] ?? null);
    this.screen.labelSoftKey(this.#softKey());
    this.screen.showUnread(this.letters.unread);
    const calling = CALLING.has(state);
    this.#part("number").readOnly = calling || state === "off";
    for (const button of this.element.querySelectorAll(".dial")) {
      button.disabled = calling || state === "off";
    }
    this.#part("drop").disabled = !calling || state === "ringing";
    this.#measure();
  }

  #softKey() {
    if (this.#state === "letter") return this.#letter.sent ? "Write" : "Reply";
    return { list: "Write", ringing: "Answer" }[this.#state] ?? "";
  }

  #measure() {
    if (this.#spoke && (SPEAKING.has(this.#state) || this.#state === "ended")) {
      this.#nameCall();
      return;
    }
    const sms = this.#smsOnGlass();
    const { used, limit, words } = sms === null ? this.#sizeOfScreen() : sizeOfSms(sms);
    const line = this.#part("meter");
    line.querySelector("span").textContent = [words, this.#state].filter(Boolean).join(" · ");
    line.title = sms === null ? (this.#last?.id ?? "") : "";
    line.classList.toggle("over", used > limit);
    line.querySelector("i").style.width = `${Math.min(100, (100 * used) / limit)}%`;
    this.screen.showLength(words);
  }

  #nameCall() {
    const line = this.#part("meter");
    line.querySelector("span").textContent = `voice call · ${this.#state}`;
    line.querySelector("i").style.width = "0";
    line.classList.remove("over");
    line.title = this.line.last?.id ?? "";
  }

  #smsOnGlass() {
    if (WRITING.has(this.#state)) return this.screen.sms.value;
    return this.#state === "letter" ? this.#letter.text : null;
  }

  #sizeOfScreen() {
    const { used, limit, unit } = measureUssd(this.#shown ?? "");
    if (this.#shown === null) return { used, limit, words: "" };
    const size = `${used} of ${limit} ${unit}`;
    const verdict = used > limit ? `${size}: too long` : size;
    return { used, limit, words: `${verdict} · hop ${this.#last?.hops ?? 0}` };
  }

  /** Switch off: nothing comes, nothing goes, a call breaks off. */
  switchOff() {
    if (this.#session) this.#endSession("Incomplete");
    this.line.hangUp("SUBSCRIBER_ABSENT");
    this.#go("off");
    this.screen.showNotice("");
  }

  /** Switch on again, and see what has come. */
  switchOn() {
    this.rest();
    this.collect();
  }

  #connectPanel() {
    const number = this.#part("number");
    this.#connectDial("quick-dial", this.serviceCode);
    this.#connectDial("call", HELPLINE);
    this.#connectDial("missed-call", MISSED_CALL);
    this.#part("drop").addEventListener("click", () => this.#dropFromPanel());
    this.#connectToggle("lose");
    this.#connectToggle("twice");
    this.#connectToggle("off", (off) => (off ? this.switchOff() : this.switchOn()));
    number.value = spellNumber(this.number);
    number.addEventListener("change", () => this.#renumber(parseNumber(number.value)));
    this.#part("remove").addEventListener("click", () => {
      this.drop();
      this.onRemove(this);
    });
  }

  #connectToggle(name, onTurn = () => {}) {
    const toggle = this.#part(name);
    toggle.addEventListener("click", (event) => {
      const on = toggle.getAttribute("aria-pressed") !== "true";
      toggle.setAttribute("aria-pressed", String(on));
      onTurn(on);
      if (event.detail > 0) this.focus(); // by mouse: go on typing
    });
  }

  #connectDial(name, number) {
    this.#part(name)?.addEventListener("click", () => {
      this.dial(number);
      this.focus();
    });
  }

  // The provider has what was recorded until the signal was lost.
  #dropFromPanel() {
    if (this.line.isBusy) this.line.hangUp("NORMAL_TEMPORARY_FAILURE");
    else this.drop();
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
    this.screen.sms.value = "";
    this.#unsent = null;
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

function sizeOfSms(text) {
  const { used, limit, unit, parts } = measureSms(text);
  return { used, limit, words: `${used} of ${limit} ${unit} · ${parts} SMS` };
}

function hint() {
  return HELPLINE ? `Green calls ${HELPLINE}` : "";
}

function newMessages(count) {
  if (count === 0) return "";
  return count === 1 ? "1 new message" : `${count} new messages`;
}
