// What the service's documents have the provider do, one action after the other.

import { Take, upload } from "./recorder.js";
import { beep, play, speak } from "./sound.js";

const ACTIONS = { Say, Play, GetDigits, Record, Dial, Redirect, Reject };

/** Carry out a document; give the next one, or null when the call ends with this one. */
export async function carryOut({ root, address }, call) {
  for (const element of root.children) {
    const action = ACTIONS[element.localName];
    if (action !== Reject && action !== Redirect) call.answer();
    if (!action) call.ear.trouble(`<${element.localName}> is not played here`);
    const next = await action?.(element, call, address);
    if (next !== undefined || call.isOver) return next ?? null;
  }
  return null;
}

function Say(element, call, _address, signal = call.signal) {
  call.ear.said(element.textContent.trim());
  return speak(element.textContent, signal);
}

async function Play(element, call, address, signal = call.signal) {
  const sound = resolve(element.getAttribute("url"), address);
  call.ear.played(sound);
  try {
    await play(sound, signal);
  } catch (error) {
    if (!signal.aborted) call.ear.trouble(`No sound: ${error.message}`);
  }
}

/** Collect keys; without any the document goes on, and nobody is told. */
async function GetDigits(element, call, address) {
  const dtmfDigits = await collect(call, {
    element,
    address,
    most: number(element, "numDigits", Infinity),
    finish: element.getAttribute("finishOnKey"),
    seconds: number(element, "timeout", 30),
  });
  if (!dtmfDigits || call.isOver) return undefined;
  return call.ask(callbackOf(element, address), { dtmfDigits });
}

// The seconds count from the end of the prompt, and anew from each key.
function collect(call, { element, address, most, finish, seconds }) {
  return new Promise((resolve) => {
    let digits = "";
    let timer = null;
    let done = false;
    const prompt = promptOf(element, call, address);
    const end = () => {
      done = true;
      clearTimeout(timer);
      call.onKey = null;
      resolve(digits);
    };
    const wait = () => {
      clearTimeout(timer);
      if (!done) timer = setTimeout(end, seconds * 1000);
    };
    call.onKey = (key) => {
      prompt.stop();
      if (key !== finish) digits += key;
      if (key === finish || digits.length >= most) end();
      else wait();
    };
    call.signal.addEventListener("abort", end);
    prompt.over.then(wait);
  });
}

// What is played within an action; a key stops it.
function promptOf(element, call, address) {
  const stopped = new AbortController();
  const signal = AbortSignal.any([call.signal, stopped.signal]);
  const [child] = element.children;
  const over = Promise.resolve(child && ACTIONS[child.localName]?.(child, call, address, signal));
  return { over, stop: () => stopped.abort() };
}

/** Record, leave the recording where the service can fetch it, and say where that is. */
async function Record(element, call, address) {
  const take = new Take(call.ear);
  call.signal.addEventListener("abort", () => take.stop());
  const finish = element.getAttribute("finishOnKey");
  await invite(element, call, address, take);
  if (call.isOver) return null;
  call.onKey = (key) => key === finish && take.stop();
  call.ear.recording(finish);
  const { wav, seconds } = await take.record({
    longest: number(element, "maxLength", Infinity),
    silence: number(element, "timeout", 3600),
    trim: element.getAttribute("trimSilence") === "true",
  });
  call.onKey = null;
  call.ear.recorded(seconds);
  return deliver(element, call, address, { wav, seconds });
}

async function invite(element, call, address, take) {
  const prompt = promptOf(element, call, address);
  call.onKey = prompt.stop;
  take.stopped.addEventListener("abort", prompt.stop);
  await prompt.over;
  if (element.getAttribute("playBeep") === "true") await beep(take.stopped);
}

async function deliver(element, call, address, { wav, seconds }) {
  let recordingUrl;
  try {
    recordingUrl = await upload(wav);
  } catch (error) {
    call.ear.trouble(`The recording is lost: ${error.message}`);
    return undefined;
  }
  const callback = callbackOf(element, address);
  call.note({ recordingUrl }, callback); // which hears of the end, too
  if (!callback || call.isOver) return null; // without a callback a recording ends the call
  return call.ask(callback, { recordingUrl, durationInSeconds: seconds });
}

/** Connect to somebody, whom nobody plays, until the caller hangs up. */
async function Dial(element, call) {
  const [dialDestinationNumber] = (element.getAttribute("phoneNumbers") ?? "").split(",");
  const started = Date.now();
  call.ear.dialled(dialDestinationNumber);
  const longest = number(element, "maxDuration", 3600);
  await new Promise((resolve) => {
    const timer = setTimeout(resolve, longest * 1000);
    call.signal.addEventListener("abort", () => resolve(clearTimeout(timer)));
  });
  const dialDurationInSeconds = Math.round((Date.now() - started) / 1000);
  call.note({ dialDestinationNumber, dialDurationInSeconds });
  return null; // here it is always picked up, and then the document ends with it
}

function Redirect(element, call, address) {
  return call.ask(resolve(element.textContent.trim(), address));
}

function Reject(_element, call) {
  call.hangUp("CALL_REJECTED");
  return null;
}

function callbackOf(element, address) {
  const url = element.getAttribute("callbackUrl");
  return url ? resolve(url, address) : undefined;
}

// The service may know itself by another name than this page does: host and port are the page's.
function resolve(url, address) {
  const { pathname, search } = new URL(url, address);
  return new URL(pathname + search, document.baseURI);
}

function number(element, name, otherwise) {
  const value = Number.parseFloat(element.getAttribute(name));
  return Number.isNaN(value) ? otherwise : value;
}
