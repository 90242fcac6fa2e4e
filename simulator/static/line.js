// The voice line of a phone: it calls, is called, presses keys, hangs up. The call itself is in
// call.js, what one sees of it in ear.js.

import { Call } from "./call.js";
import { Ear } from "./ear.js";
import { sameNumber } from "./number.js";
import { ring, sounds } from "./sound.js";
import { take, waitingFor } from "./waiting.js";

export const { voiceNumber: HELPLINE, missedCallNumber: MISSED_CALL } = document.body.dataset;

const PATIENCE = 30_000; // milliseconds a phone rings
const ENDS = {
  CALL_REJECTED: "Rejected: the call cost nothing",
  NORMAL_TEMPORARY_FAILURE: "Call dropped",
};

/** Give the number of the service that was dialled, or undefined. */
export function calledWith(dialled) {
  return [HELPLINE, MISSED_CALL].find((number) => number && sameNumber(number, dialled));
}

export class Line {
  last = null; // the latest call, over or not
  #call = null; // the one under way
  #ear = null; // what is seen of it
  #ringing = null; // one that nobody has answered yet
  #bell = null;

  /** `onState` is told how the phone stands: calling, recording, ringing, ended, idle (and why). */
  constructor(screen, onState) {
    this.screen = screen;
    this.onState = onState;
  }

  get isBusy() {
    return Boolean(this.#call ?? this.#ringing);
  }

  /** Call a number of the service. */
  dial(phone, number) {
    this.#begin(new Call({ phone, number }), `Calling ${number}`);
  }

  press(key) {
    sounds(key);
    this.#ear.pressed(key);
    this.#call.press(key);
  }

  /** End what there is: a call, or the ringing of one. */
  hangUp(cause) {
    if (this.#ringing) this.decline(cause);
    if (!this.#call) return;
    this.#call.hangUp(cause);
    this.#finish(this.#call);
  }

  /** End it without delay, as the page goes: a recording under way is lost. */
  vanish() {
    if (this.#ringing) this.#miss(); // it goes on ringing for whoever opens the page again
    const call = this.#call;
    this.hangUp("NORMAL_TEMPORARY_FAILURE");
    call?.tell();
  }

  /** See whether the service calls. */
  async attend(phone, { isOff, isFree }) {
    const found = await waitingFor(phone);
    if (!found) return;
    const calls = found.map((each) => callTo(phone, each));
    if (this.#ringing && !calls.some(({ id }) => id === this.#ringing.id)) this.#miss();
    for (const call of calls) {
      if (isOff()) refuse(call, "SUBSCRIBER_ABSENT");
      else if (isFree()) this.#ring(call);
    }
  }

  #ring(call) {
    this.#ringing = call;
    this.#bell = new AbortController();
    const patience = setTimeout(() => this.decline("NO_ANSWER"), PATIENCE);
    this.#bell.signal.addEventListener("abort", () => clearTimeout(patience));
    ring(this.#bell.signal);
    this.onState("ringing");
    this.screen.showRinging(call.number);
  }

  #silence() {
    const call = this.#ringing;
    this.#ringing = null;
    this.#bell.abort();
    return call;
  }

  // It was taken on another page, or the provider has given up.
  #miss() {
    this.#silence();
    this.onState("idle", "Missed call");
  }

  decline(cause = "CALL_REJECTED") {
    refuse(this.#silence(), cause);
    this.onState("idle", cause === "NO_ANSWER" ? "Missed call" : "");
  }

  answer() {
    const call = this.#silence();
    this.#begin(call, `Answered ${call.number}`, take(call.id));
  }

  // `isOurs` is false where another page was quicker.
  async #begin(call, words, isOurs = true) {
    const ear = new Ear(this.screen, this.onState);
    this.#ear = ear;
    this.#call = this.last = call;
    this.onState("calling");
    this.screen.showCall();
    this.screen.addLine("event", words);
    if (await isOurs) await call.run(ear);
    if (this.#call === call) this.#finish(call);
  }

  #finish(call) {
    this.#call = null;
    this.#ear.ended(ENDS[call.cause] ?? "Call ended");
    this.onState("ended");
  }
}

function callTo(phone, { session, from, clientRequestId }) {
  return new Call({ phone, number: from, session, request: clientRequestId });
}

async function refuse(call, cause) {
  call.hangUp(cause);
  if (await take(call.id)) call.tell();
}
