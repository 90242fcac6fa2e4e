// What a phone lets one hear: prompts, speech, and the tones of keys, beep and bell.

const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477];
const KEYPAD = "123456789*0#";
const BELL = [400, 425]; // hertz; together they flutter
const SPEAKING = 70; // milliseconds a letter takes, where nothing speaks it

let context = null;
globalThis.speechSynthesis?.getVoices(); // Chromium has them ready for the second who asks

/** The page's sound; before the first click or key a browser lets none out. */
export function audio() {
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().catch(() => {});
  return context;
}

/** Play a sound of the service. */
export async function play(address, signal) {
  const response = await fetch(address, { signal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  const buffer = await audio().decodeAudioData(await response.arrayBuffer());
  if (signal.aborted) return;
  const source = new AudioBufferSourceNode(audio(), { buffer });
  source.connect(audio().destination);
  source.start();
  await pause(buffer.duration, signal); // goes on even where nothing is let out
  source.stop();
}

/** Speak a text as well as the browser can. */
export async function speak(text, signal) {
  const synthesis = globalThis.speechSynthesis;
  if (!synthesis?.getVoices().length) return pause((text.length * SPEAKING) / 1000, signal);
  const utterance = new SpeechSynthesisUtterance(text);
  utterance.lang = /[\u0900-\u097f]/.test(text) ? "hi-IN" : "en-IN";
  const spoken = new Promise((resolve) => (utterance.onend = utterance.onerror = resolve));
  synthesis.speak(utterance);
  await Promise.race([spoken, pause(5 + (3 * text.length * SPEAKING) / 1000, signal)]);
  return synthesis.cancel();
}

/** Sound a key. */
export function sounds(key) {
  const place = KEYPAD.indexOf(key);
  tone([ROWS[Math.floor(place / 3)], COLUMNS[place % 3]], { seconds: 0.12 });
}

export function beep(signal) {
  tone([1000], { seconds: 0.3 });
  return pause(0.35, signal);
}

/** Ring until told not to; silently where the browser allows no sound yet. */
export async function ring(signal) {
  while (!signal.aborted) {
    if (navigator.userActivation?.hasBeenActive ?? true) {
      tone(BELL, { seconds: 0.4 });
      tone(BELL, { seconds: 0.4, after: 0.6 });
    }
    await pause(3, signal);
  }
}

function tone(frequencies, { seconds, after = 0 }) {
  const at = audio().currentTime + after;
  const volume = new GainNode(audio(), { gain: 0.08 });
  volume.connect(audio().destination);
  for (const frequency of frequencies) {
    const oscillator = new OscillatorNode(audio(), { frequency });
    oscillator.connect(volume);
    oscillator.start(at);
    oscillator.stop(at + seconds);
  }
}

function pause(seconds, signal) {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const timer = setTimeout(resolve, seconds * 1000);
    return signal.addEventListener("abort", () => resolve(clearTimeout(timer)), { once: true });
  });
}
