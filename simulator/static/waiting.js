// The provider's bell: which calls wait for a phone. Several pages may ring; one takes the call.

import { post } from "./provider.js";

const RINGING = new URL("voice/ringing", document.baseURI);
const TAKEN = new URL("voice/taken", document.baseURI);

/** List the calls that wait for a number; null when nobody can tell. */
export async function waitingFor(phone) {
  const address = new URL(RINGING);
  address.searchParams.set("phone", phone);
  try {
    const response = await fetch(address, { cache: "no-store" });
    return response.ok ? await response.json() : null;
  } catch {
    return null; // the server is away; the next look may find it
  }
}

/** Take a call out of the waiting ones; say whether it was still there. */
export async function take(session) {
  try {
    const response = await post(TAKEN, { session }, { keepalive: true });
    return (await response.json()).taken;
  } catch {
    return false;
  }
}
