// Binary WebSocket frames; the layout is interview/protocol/frames.py.
import { PROTOCOL } from "./messages.gen";

const VERSION = 2;
const CODEC_PCM16 = 1;

/** A piece of an interviewer's sentence: mono PCM16 at 24 kHz. */
export interface AudioFrame {
  sequence: number;
  sentence: number;
  offsetSamples: number;
  seq: number;
  pcm16: Int16Array<ArrayBuffer>;
}

/** Null when the frame is not one this client understands. */
export function unpackDownlink(data: ArrayBuffer): AudioFrame | null {
  if (data.byteLength < PROTOCOL.DOWNLINK_HEADER_BYTES) return null;
  const view = new DataView(data);
  if (view.getUint8(0) !== VERSION || view.getUint8(1) !== CODEC_PCM16) return null;
  const samples = Math.floor((data.byteLength - PROTOCOL.DOWNLINK_HEADER_BYTES) / 2);
  return {
    sentence: view.getUint16(2, true),
    sequence: view.getUint32(4, true),
    offsetSamples: view.getUint32(8, true),
    seq: Number(view.getBigUint64(16, true)),
    pcm16: new Int16Array(data, PROTOCOL.DOWNLINK_HEADER_BYTES, samples),
  };
}

/** One chunk of an answer: its index (u32, little-endian), then its bytes. */
export function packUplink(index: number, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(4 + data.byteLength);
  new DataView(frame.buffer).setUint32(0, index, true);
  frame.set(data, 4);
  return frame;
}
