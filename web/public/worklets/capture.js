// Microphone → PCM16 mono 16 kHz in frames of 20 ms. Always running, so that an answer
// begins with what was said before it: before the button was pressed, or a voice was made out.
//
// in:  { type: "start", id, preRoll } · { type: "stop" }; `preRoll` in samples, at most ten seconds
// out: { type: "frame", id, pcm: ArrayBuffer, peak } · { type: "stopped", id }

const OUTPUT_RATE = 16000;
const FRAME = 320;
const LONGEST_PRE_ROLL = 10 * OUTPUT_RATE;
const ZERO_CROSSINGS = 16;
const TABLE_STEPS = 256;

/** Windowed-sinc resampling between any two rates. */
class Resampler {
  constructor(from, to) {
    this.step = from / to;
    const cutoff = Math.min(1, to / from) * 0.94;
    this.half = Math.ceil(ZERO_CROSSINGS / cutoff);
    this.table = new Float32Array((this.half + 1) * TABLE_STEPS);
    for (let i = 0; i < this.half * TABLE_STEPS; i++) {
      const x = i / TABLE_STEPS;
      const phase = Math.PI * x * cutoff;
      const window = 0.5 + 0.5 * Math.cos((Math.PI * x) / this.half);
      this.table[i] = cutoff * window * (i === 0 ? 1 : Math.sin(phase) / phase);
    }
    this.buffer = new Float32Array(8192);
    this.filled = this.half;
    this.position = this.half;
  }

  process(input, emit) {
    this.buffer.set(input, this.filled);
    this.filled += input.length;
    while (this.position + this.half < this.filled) {
      emit(this.at(this.position));
      this.position += this.step;
    }
    const drop = Math.floor(this.position) - this.half;
    if (drop > 0) {
      this.buffer.copyWithin(0, drop, this.filled);
      this.filled -= drop;
      this.position -= drop;
    }
  }

  at(position) {
    const { buffer, table, half } = this;
    const base = Math.floor(position);
    let sum = 0;
    let entry = Math.round((position - base) * TABLE_STEPS);
    for (let i = base; i > base - half; i--, entry += TABLE_STEPS) sum += buffer[i] * table[entry];
    entry = Math.round((base + 1 - position) * TABLE_STEPS);
    for (let i = base + 1; i <= base + half; i++, entry += TABLE_STEPS) sum += buffer[i] * table[entry];
    return sum;
  }
}

class CaptureProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.resampler = new Resampler(sampleRate, OUTPUT_RATE);
    this.recent = new Int16Array(LONGEST_PRE_ROLL);
    this.recentCount = 0;
    this.id = null;
    this.frame = new Int16Array(FRAME);
    this.fill = 0;
    this.peak = 0;
    this.emit = (value) => this.sample(value);
    this.port.onmessage = ({ data }) =>
      data.type === "start" ? this.start(data.id, data.preRoll) : this.stop();
  }

  start(id, preRoll) {
    this.stop();
    this.id = id;
    const kept = Math.min(this.recentCount, preRoll, LONGEST_PRE_ROLL);
    for (let i = this.recentCount - kept; i < this.recentCount; i++) {
      this.append(this.recent[i % LONGEST_PRE_ROLL]);
    }
  }

  stop() {
    if (this.id === null) return;
    if (this.fill > 0) this.flush();
    this.port.postMessage({ type: "stopped", id: this.id });
    this.id = null;
    // What was sent with this answer does not begin the next one.
    this.recentCount = 0;
  }

  sample(value) {
    const clipped = Math.max(-1, Math.min(1, value));
    const pcm = Math.round(clipped * (clipped < 0 ? 32768 : 32767));
    this.recent[this.recentCount++ % LONGEST_PRE_ROLL] = pcm;
    if (this.id !== null) this.append(pcm);
  }

  append(pcm) {
    this.frame[this.fill++] = pcm;
    this.peak = Math.max(this.peak, Math.abs(pcm));
    if (this.fill === FRAME) this.flush();
  }

  flush() {
    const pcm = this.frame.slice(0, this.fill).buffer;
    const message = { type: "frame", id: this.id, pcm, peak: this.peak / 32768 };
    this.port.postMessage(message, [pcm]);
    this.fill = 0;
    this.peak = 0;
  }

  process(inputs) {
    const channel = inputs[0]?.[0];
    if (channel) this.resampler.process(channel, this.emit);
    return true;
  }
}

registerProcessor("intervue-capture", CaptureProcessor);
