// PCM16 mono 24 kHz, pushed in pieces → sound, with the exact number of samples played.
//
// in:  { type: "push", pcm: Int16Array } · { type: "flush", generation } · { type: "hold", held }
// out: { generation, played, time, running }: at every start and stop, and each 50 ms between;
//      `played` counts the samples of this generation, `time` is the context's clock.

const SOURCE_RATE = 24000;
const REPORT_S = 0.05;

class PlaybackProcessor extends AudioWorkletProcessor {
  constructor() {
    super();
    this.step = SOURCE_RATE / sampleRate;
    this.generation = 0;
    this.held = false;
    this.fading = false;
    this.reset();
    this.port.onmessage = ({ data }) => this.receive(data);
  }

  reset() {
    this.queue = [];
    this.head = 0;
    this.offset = 0;
    this.played = 0;
    this.running = false;
    this.reported = 0;
  }

  receive(data) {
    if (data.type === "push") this.queue.push(data.pcm);
    else if (data.type === "hold") this.held = data.held;
    else {
      this.generation = data.generation;
      // One more quantum, faded out: silence without a click.
      this.fading = this.running;
      if (!this.fading) this.reset();
    }
  }

  /** The sample at the read position, between its neighbours; null when the queue is empty. */
  next() {
    let piece = this.queue[this.head];
    while (piece && this.offset >= piece.length) {
      this.offset -= piece.length;
      this.head++;
      piece = this.queue[this.head];
    }
    if (!piece) {
      this.queue = [];
      this.head = 0;
      this.offset = 0;
      return null;
    }
    const index = Math.floor(this.offset);
    const here = piece[index];
    const after = piece[index + 1] ?? this.queue[this.head + 1]?.[0] ?? here;
    const value = here + (after - here) * (this.offset - index);
    this.offset += this.step;
    this.played += this.step;
    return value / 32768;
  }

  process(_inputs, outputs) {
    const channel = outputs[0][0];
    const length = channel.length;
    let wrote = 0;
    if (!this.held || this.fading) {
      for (; wrote < length; wrote++) {
        const value = this.next();
        if (value === null) break;
        channel[wrote] = this.fading ? value * (1 - wrote / length) : value;
      }
    }
    if (this.fading) {
      this.fading = false;
      this.reset();
      return true;
    }
    const running = wrote === length;
    const due = running && currentTime - this.reported >= REPORT_S;
    if (due || running !== this.running || (wrote > 0 && !running)) this.report(running, length);
    return true;
  }

  report(running, length) {
    this.running = running;
    this.reported = currentTime;
    this.port.postMessage({
      generation: this.generation,
      played: this.played,
      time: currentTime + length / sampleRate,
      running,
    });
  }
}

registerProcessor("intervue-playback", PlaybackProcessor);
