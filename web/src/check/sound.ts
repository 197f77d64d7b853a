import { joined } from "@/audio/joined";
import type { TurnStart } from "@/protocol/messages.gen";

/** What was recorded, to be played. Throws where it cannot be read. */
export async function soundOf(
  context: BaseAudioContext,
  chunks: readonly Uint8Array[],
  format: TurnStart["format"],
  sampleRateHz: number,
): Promise<AudioBuffer> {
  const bytes = joined(chunks);
  if (format !== "pcm16") return context.decodeAudioData(bytes.buffer);
  const samples = floatsOf(bytes);
  const buffer = context.createBuffer(1, Math.max(1, samples.length), sampleRateHz);
  buffer.copyToChannel(samples, 0);
  return buffer;
}

/** PCM16, little end first, as samples from -1 to 1. */
export function floatsOf(pcm16: Uint8Array<ArrayBuffer>): Float32Array<ArrayBuffer> {
  const view = new DataView(pcm16.buffer, pcm16.byteOffset, pcm16.byteLength);
  const samples = new Float32Array(Math.floor(pcm16.byteLength / 2));
  for (let i = 0; i < samples.length; i++) samples[i] = view.getInt16(2 * i, true) / 32_768;
  return samples;
}

const NOTES_HZ = [523.25, 783.99];
const NOTE_S = 0.35;

/** Two notes, one after the other. Resolves once they have been played. */
export function playNotes(context: AudioContext): Promise<void> {
  return new Promise((resolve) => {
    NOTES_HZ.forEach((frequency, number) => {
      const from = context.currentTime + 0.05 + number * NOTE_S;
      const tone = new OscillatorNode(context, { frequency });
      const volume = new GainNode(context, { gain: 0 });
      volume.gain.setValueAtTime(0, from);
      volume.gain.linearRampToValueAtTime(0.25, from + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.001, from + NOTE_S);
      tone.connect(volume).connect(context.destination);
      tone.start(from);
      tone.stop(from + NOTE_S);
      if (number === NOTES_HZ.length - 1) tone.onended = () => resolve();
    });
  });
}
