// A recording: spoken into the microphone, or a file that was chosen in its place. Either becomes
// what a provider makes of a call: 8 kHz, one channel, 16 bits.

import { post } from "./provider.js";
import { audio } from "./sound.js";

const RATE = 8000; // samples a second
const LONGEST = 180; // seconds
const LOUD = 0.01; // of full scale
const LOOK = 100; // milliseconds between two looks at the level
const KEPT = RATE / 5; // samples of silence that trimming leaves on either side
const RECORDINGS = new URL("voice/recordings", document.baseURI);
const NOTHING = new Float32Array();
const NO_MICROPHONE = {
  NotAllowedError: "The microphone was refused",
  NotFoundError: "There is no microphone",
};

/** Leave a recording with the page's server; give its address. */
export async function upload(wav) {
  const response = await post(RECORDINGS, {}, {
    body: wav,
    headers: { "Content-Type": "audio/wav" },
  });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return (await response.json()).url;
}

/** One recording, from the invitation to speak on; `ear` shows its troubles and has its file. */
export class Take {
  #stop = new AbortController();
  #microphone; // the promise of a stream: the browser may have to ask
  #file = null; // the samples of the file, if one was chosen
  #choosing = false; // meanwhile nothing is recorded and no time passes

  constructor(ear) {
    this.ear = ear;
    this.#microphone = openMicrophone();
    this.#microphone.catch(() => {}); // told when it is wanted
    const options = { signal: this.stopped };
    ear.file.value = "";
    ear.file.addEventListener("click", () => (this.#choosing = true), options);
    ear.file.addEventListener("cancel", () => (this.#choosing = false), options);
    ear.file.addEventListener("change", () => this.#choose(ear.file.files[0]), options);
    ear.offerFile(true);
    this.stopped.addEventListener("abort", () => this.#close());
  }

  get stopped() {
    return this.#stop.signal;
  }

  stop() {
    this.#stop.abort();
  }

  /** Record until it is stopped, too long, or silent for too long. */
  async record({ longest, silence, trim }) {
    const most = Math.min(longest, LONGEST);
    const spoken = await this.#listen(most, silence);
    let samples = this.#file ?? spoken;
    if (trim) samples = trimmed(samples);
    samples = samples.subarray(0, Math.ceil(most * RATE));
    return { wav: encode(samples), seconds: Math.round(samples.length / RATE) };
  }

  async #listen(longest, silence) {
    try {
      const stream = await Promise.race([this.#microphone, over(this.stopped)]);
      if (this.stopped.aborted) return NOTHING;
      return await this.#hear(stream, longest, silence);
    } catch (error) {
      this.ear.trouble(`${NO_MICROPHONE[error.name] ?? error.message}. Choose a sound file`);
      await over(this.stopped);
      return NOTHING;
    }
  }

  async #hear(stream, longest, silence) {
    const recorder = new MediaRecorder(stream);
    const parts = [];
    recorder.addEventListener("dataavailable", ({ data }) => parts.push(data));
    const ended = new Promise((resolve) => recorder.addEventListener("stop", resolve));
    recorder.start();
    await this.#watch(stream, recorder, { longest, silence });
    recorder.stop();
    await ended;
    this.stop();
    return this.#file ?? decode(new Blob(parts)).catch(() => NOTHING); // it was stopped at once
  }

  // Let time pass until there is enough.
  async #watch(stream, recorder, { longest, silence }) {
    const level = levelOf(stream);
    let [time, quiet] = [0, 0];
    let last = performance.now();
    while (!this.stopped.aborted && time < longest && quiet < silence) {
      await new Promise((resolve) => setTimeout(resolve, LOOK));
      const passed = (performance.now() - last) / 1000;
      last += passed * 1000;
      if (this.#choosing) {
        if (recorder.state === "recording") recorder.pause();
        continue;
      }
      if (recorder.state === "paused") recorder.resume();
      time += passed;
      quiet = level() > LOUD ? 0 : quiet + passed;
    }
  }

  async #choose(file) {
    try {
      this.#file = await decode(file);
      this.stop();
    } catch {
      this.#choosing = false;
      this.ear.trouble("This file holds no sound that can be read");
    }
  }

  #close() {
    this.ear.offerFile(false);
    const end = (stream) => stream.getTracks().forEach((track) => track.stop());
    this.#microphone.then(end, () => {});
  }
}

// Only a page that came by https or from this machine has microphones to ask for.
async function openMicrophone() {
  if (!navigator.mediaDevices) throw new DOMException("", "NotFoundError");
  return navigator.mediaDevices.getUserMedia({ audio: true });
}

function levelOf(stream) {
  const analyser = new AnalyserNode(audio());
  audio().createMediaStreamSource(stream).connect(analyser);
  const window = new Float32Array(analyser.fftSize);
  return () => {
    analyser.getFloatTimeDomainData(window);
    return Math.sqrt(window.reduce((sum, sample) => sum + sample * sample, 0) / window.length);
  };
}

function over(signal) {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", resolve);
  });
}

/** Read any sound the browser knows: one channel, at our rate. */
async function decode(blob) {
  const studio = new OfflineAudioContext(1, 1, RATE); // what it decodes takes on its rate
  const buffer = await studio.decodeAudioData(await blob.arrayBuffer());
  const mono = new OfflineAudioContext(1, buffer.length, RATE);
  const source = new AudioBufferSourceNode(mono, { buffer });
  source.connect(mono.destination);
  source.start();
  return (await mono.startRendering()).getChannelData(0);
}

function trimmed(samples) {
  const isLoud = (sample) => Math.abs(sample) > LOUD;
  const first = samples.findIndex(isLoud);
  if (first < 0) return samples.subarray(0, 0);
  return samples.subarray(Math.max(0, first - KEPT), samples.findLastIndex(isLoud) + KEPT);
}

/** Write a WAV: its header of 44 octets, all of it little-endian, then the samples. */
function encode(samples) {
  const size = 2 * samples.length;
  const wav = new DataView(new ArrayBuffer(44 + size));
  write(wav, 0, ["RIFF", 36 + size, "WAVE", "fmt ", 16]);
  [1, 1].forEach((value, index) => wav.setUint16(20 + 2 * index, value, true)); // PCM, mono
  write(wav, 24, [RATE, 2 * RATE]);
  [2, 16].forEach((value, index) => wav.setUint16(32 + 2 * index, value, true)); // octets, bits
  write(wav, 36, ["data", size]);
  samples.forEach((sample, index) => {
    const inRange = Math.max(-1, Math.min(1, sample));
    wav.setInt16(44 + 2 * index, Math.round(inRange * 0x7fff), true);
  });
  return wav;
}

// Words of four letters and numbers of 32 bits.
function write(view, at, values) {
  values.forEach((value, index) => {
    const place = at + 4 * index;
    if (typeof value === "number") view.setUint32(place, value, true);
    else [...value].forEach((letter, i) => view.setUint8(place + i, letter.charCodeAt(0)));
  });
}
