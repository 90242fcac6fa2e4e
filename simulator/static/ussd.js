// One USSD session, seen from the provider: what it posts to the service, what it makes of
// the answer. The fields are those of Africa's Talking.

import { newId, post } from "./provider.js";

const CALLBACK = new URL("../ussd/africastalking", document.baseURI);
const EVENTS = new URL("../ussd/africastalking/events", document.baseURI);
const NETWORK = "99999";
const PATIENCE = 10_000; // milliseconds the provider waits for an answer

/** What was dialled after the service code, or null when it is another number. */
export function entryOf(dialled, serviceCode) {
  const stem = serviceCode.replace(/#$/, "");
  if (dialled === `${stem}#`) return "";
  const direct = dialled.startsWith(`${stem}*`) && dialled.endsWith("#");
  return direct ? dialled.slice(stem.length + 1, -1) : null;
}

export class Session {
  id = newId("ATUid_");
  hops = 0;
  #started = Date.now();
  #inputs;
  #lastResponse = "";
  #over = false;

  constructor(phone, serviceCode, entry) {
    this.phone = phone;
    this.serviceCode = serviceCode;
    this.#inputs = entry === "" ? [] : [entry];
  }

  /** Everything the caller has typed so far, as the provider sends it each time. */
  get text() {
    return this.#inputs.join("*");
  }

  /** Add one more answer of the caller. */
  add(reply) {
    this.#inputs.push(reply);
  }

  /** Ask the service for the next screen; asking twice sends the very same request. */
  async ask() {
    this.hops += 1;
    try {
      const response = await post(CALLBACK, this.#fields({ text: this.text }), {
        signal: AbortSignal.timeout(PATIENCE),
      });
      this.#lastResponse = await response.text();
      return understand(response.status, this.#lastResponse);
    } catch (error) {
      return fault(error.message);
    }
  }

  /** Tell the service, once, how the session ended: Success, Incomplete or Failed. */
  end(status, errorMessage = "") {
    if (this.#over) return;
    this.#over = true;
    const fields = this.#fields({
      date: new Date().toISOString().slice(0, 19).replace("T", " "),
      status,
      cost: "INR 0.00",
      durationInMillis: Date.now() - this.#started,
      hopsCount: this.hops,
      input: this.text,
      lastAppResponse: this.#lastResponse,
    });
    if (errorMessage) fields.errorMessage = errorMessage;
    post(EVENTS, fields, { keepalive: true }).catch(() => {}); // events may get lost
  }

  #fields(more) {
    return {
      sessionId: this.id,
      phoneNumber: this.phone,
      networkCode: NETWORK,
      serviceCode: this.serviceCode,
      ...more,
    };
  }
}

function understand(status, body) {
  const [, verb, text] = /^(CON|END) ([^]*)$/.exec(body) ?? [];
  if (status !== 200) return fault(`HTTP ${status}`);
  if (!verb) return fault("The answer begins with neither CON nor END");
  return { kind: verb === "CON" ? "open" : "ended", text };
}

function fault(reason) {
  return { kind: "failed", text: "Connection problem or invalid MMI code", reason };
}
