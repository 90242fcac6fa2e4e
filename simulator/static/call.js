// One voice call, seen from the provider: what it posts to the service, and when it is over. The
// fields are those of Africa's Talking; what the service has it do is in actions.js.

import { carryOut } from "./actions.js";
import { newId, post } from "./provider.js";

const CALLBACK = new URL("../ivr/africastalking", document.baseURI);
const COUNTRY = "91";
const PATIENCE = 10_000; // milliseconds the provider waits for an answer

export class Call {
  cause = "NORMAL_CLEARING"; // of its end
  ear = null; // whom to tell what happens
  onKey = null; // who listens to the keys at the moment
  #over = new AbortController();
  #callback = CALLBACK;
  #answered = null; // when; null before
  #more = {}; // what the last notification says besides
  #told = false;

  /** `number` is the service's; `session` and `request` are given where it calls the phone. */
  constructor({ phone, number, session, request }) {
    this.phone = phone;
    this.number = number;
    this.id = session ?? newId("ATVId_");
    this.incoming = session !== undefined;
    this.request = request ?? "";
  }

  /** Aborts when the call is over. */
  get signal() {
    return this.#over.signal;
  }

  get isOver() {
    return this.signal.aborted;
  }

  get seconds() {
    return this.#answered === null ? 0 : Math.round((Date.now() - this.#answered) / 1000);
  }

  /** Carry the call out, to its end. */
  async run(ear) {
    this.ear = ear;
    if (this.incoming) this.answer();
    let next = await this.ask(this.#callback);
    while (next && !this.isOver) next = await carryOut(next, this);
    this.hangUp();
    this.tell();
  }

  /** From here on the seconds count. */
  answer() {
    if (this.#answered !== null) return;
    this.#answered = Date.now();
    this.ear.connected();
  }

  press(key) {
    this.onKey?.(key);
  }

  /** End the call; what is under way stops. */
  hangUp(cause = "NORMAL_CLEARING") {
    if (this.isOver) return;
    this.cause = cause;
    this.#over.abort();
  }

  /** Say what the last notification is to say, and where it goes from now on. */
  note(fields, callback = this.#callback) {
    this.#more = { ...this.#more, ...fields };
    this.#callback = callback;
  }

  /** Ask the service how to go on; give its document, or null. */
  async ask(address = this.#callback, more = {}) {
    const state = this.#answered === null ? "Ringing" : "Answered";
    try {
      const response = await post(address, this.#fields("1", state, more), {
        signal: AbortSignal.any([this.signal, AbortSignal.timeout(PATIENCE)]),
      });
      return { root: understand(response.status, await response.text()), address };
    } catch (error) {
      if (!this.isOver) this.#fail(error.message);
      return null;
    }
  }

  #fail(reason) {
    this.ear.trouble(reason);
    this.hangUp("NORMAL_TEMPORARY_FAILURE");
  }

  /** Tell the service, once, that the call is over. */
  tell() {
    if (this.#told) return;
    this.#told = true;
    const fields = this.#fields("0", "Completed", {
      durationInSeconds: this.seconds,
      hangupCause: this.cause,
      status: this.cause === "NORMAL_CLEARING" ? "Success" : "Aborted",
      currencyCode: "INR",
      amount: "0",
      ...this.#more,
    });
    post(this.#callback, fields, { keepalive: true }).catch(() => {}); // it may get lost
  }

  #fields(isActive, callSessionState, more) {
    const fields = {
      isActive,
      sessionId: this.id,
      direction: this.incoming ? "Outbound" : "Inbound",
      callerNumber: this.phone,
      callerCountryCode: COUNTRY,
      destinationNumber: this.number,
      callSessionState,
      callStartTime: this.#answered === null ? "None" : spell(this.#answered),
      ...more,
    };
    if (this.request) fields.clientRequestId = this.request;
    return fields;
  }
}

function understand(status, body) {
  if (status !== 200) throw new Error(`HTTP ${status}`);
  const root = new DOMParser().parseFromString(body, "application/xml").documentElement;
  const isWhole = root.localName === "Response" && !root.querySelector("parsererror");
  if (!isWhole) throw new Error("The answer is no <Response>");
  return root;
}

function spell(moment) {
  return new Date(moment).toISOString().slice(0, 19).replace("T", " ");
}
