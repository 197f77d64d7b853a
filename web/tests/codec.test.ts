import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decode } from "@/protocol/codec";
import { packUplink, unpackDownlink } from "@/protocol/frames";

interface Vectors {
  downlink: {
    hex: string;
    sequence: number;
    sentence: number;
    offsetSamples: number;
    seq: number;
    samples: number[];
  }[];
  uplink: { index: number; data: string; hex: string }[];
  messages: string[];
}

/** Written by Python's own codec; see tests/unit/protocol/vectors.py. */
const vectors = JSON.parse(
  readFileSync(new URL("vectors.json", import.meta.url), "utf8"),
) as Vectors;

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, "hex"));
const hex = (data: Uint8Array) => Buffer.from(data).toString("hex");

describe("binary frames", () => {
  it.each(vectors.downlink)("reads what Python packs: seq $seq", ({ hex: packed, samples, ...rest }) => {
    const frame = unpackDownlink(bytes(packed).buffer);
    expect(frame).toMatchObject(rest);
    expect([...(frame?.pcm16 ?? [])]).toEqual(samples);
  });

  it.each(vectors.uplink)("packs what Python reads: chunk $index", ({ index, data, hex: packed }) => {
    expect(hex(packUplink(index, bytes(data)))).toBe(packed);
  });

  it("ignores frames of another version, codec or length", () => {
    const good = bytes(vectors.downlink[0]!.hex);
    expect(unpackDownlink(good.slice(0, 23).buffer)).toBeNull();
    for (const position of [0, 1]) {
      const other = good.slice();
      other[position] = 9;
      expect(unpackDownlink(other.buffer)).toBeNull();
    }
  });

  it("ignores half a sample at the end", () => {
    const odd = Uint8Array.from([...bytes(vectors.downlink[0]!.hex), 1]);
    expect(unpackDownlink(odd.buffer)?.pcm16).toHaveLength(3);
  });
});

describe("messages", () => {
  it("reads what Python sends", () => {
    const [started, sentence, resend] = vectors.messages.map(decode);
    expect(started).toMatchObject({ type: "session_started", version: 2, snapshot: null, seq: 0 });
    expect(sentence).toMatchObject({ type: "sentence", text: "Wie geht’s? 👋", start_ms: 1200 });
    expect(resend).toMatchObject({ type: "turn_resend", from_chunk: 3 });
  });

  it("keeps seq", () => {
    expect(decode('{"type":"pong","nonce":1,"seq":1763900000123004}')?.seq).toBe(1763900000123004);
  });

  it.each(["", "{", "null", "[]", '"pong"', "{}", '{"type":1}', '{"type":"toString"}', '{"type":"later"}'])(
    "passes over %s",
    (text) => expect(decode(text)).toBeNull(),
  );
});
