// What the page does as the provider does it: it posts forms, and gives each message an id.

/** Post a form to the service. */
export function post(address, fields, options) {
  const body = new URLSearchParams(fields);
  const plain = { method: "POST", body, credentials: "omit", redirect: "error" };
  return fetch(address, { ...plain, ...options });
}

export function newId(prefix) {
  const octets = crypto.getRandomValues(new Uint8Array(16));
  return prefix + Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
}
