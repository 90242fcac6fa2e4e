// SMS, seen from the provider: those a phone writes, and the word that one has reached it.

import { newId, post } from "./provider.js";

const INBOUND = new URL("../sms/simulator/inbound", document.baseURI);
const DELIVERY = new URL("../sms/simulator/delivery", document.baseURI);
const PATIENCE = 10_000; // milliseconds the provider waits for an answer

export const ADDRESSEE = document.body.dataset.smsNumber;

/** An SMS on its way to the service; sent again it is the same one. */
export class Written {
  id = newId("SIMmo_");
  failed = false; // as far as the phone knows

  constructor(from, text) {
    this.from = from;
    this.text = text;
  }

  /** Post it, more than once if so wanted; give the letter it became, or null if not taken. */
  async send(times) {
    let letter = null;
    for (let left = times; left > 0; left -= 1) letter = (await this.#post()) ?? letter;
    return letter;
  }

  async #post() {
    const text = this.text.normalize("NFC"); // as it was measured
    const fields = { id: this.id, from: this.from, to: ADDRESSEE, text };
    try {
      const response = await post(INBOUND, fields, { signal: AbortSignal.timeout(PATIENCE) });
      if (response.status !== 200) return null;
      return { id: this.id, at: timeOf(response), sender: ADDRESSEE, text, sent: true };
    } catch {
      return null;
    }
  }
}

/** Report letters as delivered, one after the other; reports may get lost. */
export async function reportDelivered(ids) {
  for (const id of ids) {
    await post(DELIVERY, { id, status: "delivered" }, { keepalive: true }).catch(() => {});
  }
}

// By the service's clock, as the letters that it will be listed with.
function timeOf(response) {
  const at = new Date(response.headers.get("Date") ?? Date.now());
  return `${at.toISOString().slice(0, 19)}Z`;
}
