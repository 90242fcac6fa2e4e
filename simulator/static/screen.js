// What a phone shows. Received text only ever enters the page as textContent.

import { newId } from "./provider.js";

const OPERATOR = "Demo network";
const ZONE = { timeZone: "Asia/Kolkata" };
const CLOCK = new Intl.DateTimeFormat("en-GB", { ...ZONE, hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-IN", { ...ZONE, day: "numeric", month: "short" });
const LONG_DATE = new Intl.DateTimeFormat("en-IN", { ...ZONE, dateStyle: "medium" });

export class Screen {
  #handset;
  #glass;
  #view;
  #soft;
  #onType;

  constructor(handset, { onLetter, onType }) {
    this.#handset = handset;
    this.#glass = handset.querySelector(".glass");
    this.#view = handset.querySelector(".view");
    this.reply = handset.querySelector(".reply input");
    this.sms = handset.querySelector("textarea");
    this.file = handset.querySelector("[type=file]");
    this.#soft = handset.querySelector(".soft-label");
    this.#onType = onType;
    this.#describeText();
    this.#view.addEventListener("click", (event) => {
      const letter = event.target.closest("[data-test=sms]");
      if (letter) onLetter(Number(letter.dataset.index));
    });
    this.#view.addEventListener("scroll", () => this.#markMore());
    this.sms.addEventListener("input", onType);
    this.#glass.addEventListener("animationend", () => this.#glass.classList.remove("pulse"));
  }

  showIdle(note, hint) {
    this.#replace(
      make("p", "operator", OPERATOR),
      make("p", "clock", CLOCK.format()),
      make("p", "date", DATE.format()),
      make("p", "note", note),
      make("p", "hint", hint),
    );
    this.#view.querySelector(".clock").setAttribute("aria-live", "off");
    this.tick();
  }

  showDialled(dialled) {
    this.#replace(make("p", "dialled", dialled));
  }

  showNotice(notice) {
    this.#replace(make("p", "notice", notice));
  }

  showText(text) {
    this.#replace(make("p", "text", text));
  }

  showLetters(letters, selected) {
    if (letters.all.length === 0) {
      this.showNotice("No messages");
      return;
    }
    const focused = document.activeElement === this.#handset || this.#hasFocus();
    const list = make("ol", "letters");
    list.append(...letters.all.map((letter, index) => drawItem(letters, letter, index, selected)));
    this.#replace(list);
    if (focused) this.current.focus({ preventScroll: true });
    this.#reveal(this.current);
  }

  /** The letter chosen in the list, if a list is shown. */
  get current() {
    return this.#view.querySelector("[aria-current]");
  }

  // Not scrollIntoView, which would move the page as well.
  #reveal(element) {
    const view = this.#view.getBoundingClientRect();
    const box = element.getBoundingClientRect();
    this.#view.scrollTop += Math.min(0, box.top - view.top) + Math.max(0, box.bottom - view.bottom);
  }

  showLetter(letter) {
    const at = new Date(letter.at);
    this.#replace(
      make("p", "sender", letter.sent ? `To ${letter.sender}` : letter.sender),
      make("p", "sent", `${LONG_DATE.format(at)}, ${CLOCK.format(at)}`),
      make("p", "text", letter.text),
    );
  }

  /** Show to whom one writes, and what went wrong. */
  showAddressee(addressee, trouble) {
    this.#replace(make("p", "sender", `To ${addressee}`), make("p", "trouble", trouble));
  }

  /** Show who calls. */
  showRinging(number) {
    this.#replace(
      make("p", "notice", "Pukar is calling"),
      make("p", "caller", number),
      make("p", "hint", "Green answers, red declines"),
    );
    this.pulse();
  }

  /** Begin the log of a call. */
  showCall() {
    const state = make("p", "call-state");
    state.dataset.test = "call-state";
    state.setAttribute("aria-live", "off"); // its seconds; what matters stands in the log, too
    this.#replace(state);
  }

  showCallState(words) {
    this.#view.querySelector(".call-state").textContent = words;
  }

  /** Add to the log of a call, and keep its end in sight. */
  addLine(kind, text) {
    const line = make("p", kind, text);
    line.dataset.test = kind;
    this.#view.append(line);
    this.#showEnd();
    return line;
  }

  /** Put other words into a line of the log. */
  fill(line, text) {
    line.textContent = text;
    if (isHindi(text)) line.lang = "hi";
    this.#showEnd();
  }

  addKey(key) {
    const last = this.#view.lastElementChild;
    const line = last.className === "pressed" ? last : this.addLine("pressed", "");
    line.textContent += key;
    line.setAttribute("aria-label", `Keys ${line.textContent}`);
  }

  /** Offer to choose a sound file, or no longer. */
  offerFile(offered) {
    if (document.activeElement === this.file) this.#keepFocus();
    this.file.parentElement.hidden = !offered;
    if (offered) this.#showEnd();
  }

  #showEnd() {
    this.#view.scrollTop = this.#view.scrollHeight;
  }

  /** Show under the text how long it is. */
  showLength(length) {
    this.sms.nextElementSibling.textContent = length;
  }

  /** Say what the soft key does, if anything. */
  labelSoftKey(label) {
    if (document.activeElement === this.#soft && !label) this.#keepFocus();
    this.#soft.textContent = label;
    this.#soft.hidden = !label;
  }

  /** Show how many letters are unread beside the envelope. */
  showUnread(count) {
    const envelope = this.#glass.querySelector(".envelope");
    envelope.hidden = count === 0;
    envelope.querySelector("b").textContent = count;
    envelope.setAttribute("aria-label", `${count} unread`);
  }

  /** Flash shortly: something came. */
  pulse() {
    this.#glass.classList.remove("pulse");
    void this.#glass.offsetWidth; // lets the animation start anew
    this.#glass.classList.add("pulse");
  }

  /** The field to type into: the reply, the SMS, or null. */
  get field() {
    return [this.reply, this.sms].find((field) => !field.parentElement.hidden) ?? null;
  }

  /** Show one of the fields, or none. A reply begins empty, an SMS stays until it is sent. */
  open(field) {
    if (document.activeElement === this.field && field !== this.field) this.#keepFocus();
    this.reply.value = "";
    for (const each of [this.reply, this.sms]) each.parentElement.hidden = each !== field;
  }

  type(text) {
    const { value, maxLength, selectionStart, selectionEnd } = this.field;
    const room = maxLength - value.length + selectionEnd - selectionStart;
    this.#retype(text.slice(0, room), selectionStart, selectionEnd);
  }

  /** Erase what is selected, or the character before the cursor. */
  erase() {
    const { value, selectionStart, selectionEnd } = this.field;
    const before = [...value.slice(0, selectionStart)];
    if (selectionStart === selectionEnd) before.pop();
    this.#retype("", before.join("").length, selectionEnd);
  }

  #retype(text, start, end) {
    const { field } = this;
    field.setRangeText(text, start, end, "end");
    if (field.selectionEnd === field.value.length) field.scrollTop = field.scrollHeight;
    this.#onType();
  }

  scroll(lines) {
    const place = this.field === this.sms ? this.sms : this.#view;
    place.scrollBy({ top: lines * 40 });
  }

  tick() {
    for (const clock of this.#glass.querySelectorAll(".clock")) clock.textContent = CLOCK.format();
  }

  #replace(...children) {
    if (this.#hasFocus()) this.#keepFocus();
    this.#view.replaceChildren(...children);
    this.#view.scrollTop = 0;
    this.#markMore();
  }

  #hasFocus() {
    return this.#view.contains(document.activeElement);
  }

  // What has the focus is about to go; without this the keyboard would no longer reach the phone.
  #keepFocus() {
    this.#handset.focus({ preventScroll: true });
  }

  // Who hears the page is told the length on entering the text, not at every letter.
  #describeText() {
    const length = this.sms.nextElementSibling;
    length.id = newId("length-");
    this.sms.setAttribute("aria-describedby", length.id);
  }

  #markMore() {
    const { scrollTop, clientHeight, scrollHeight } = this.#view;
    this.#view.classList.toggle("more", scrollTop + clientHeight < scrollHeight - 4);
  }
}

function drawItem(letters, letter, index, selected) {
  const button = make("button", letters.isRead(letter) ? "" : "unread");
  if (letter.sent) button.className = "written";
  button.type = "button";
  button.tabIndex = -1;
  button.dataset.test = "sms";
  button.dataset.index = index;
  if (index === selected) button.setAttribute("aria-current", "true");
  button.append(
    make("b", "", letter.sender),
    make("time", "", spellTime(new Date(letter.at))),
    make("span", "", letter.text),
  );
  const item = make("li", "");
  item.append(button);
  return item;
}

function spellTime(at) {
  return DATE.format(at) === DATE.format() ? CLOCK.format(at) : DATE.format(at);
}

function make(tag, className, text = "") {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.textContent = text;
  if (isHindi(text)) element.lang = "hi";
  return element;
}

function isHindi(text) {
  return /[\u0900-\u097f]/.test(text);
}
