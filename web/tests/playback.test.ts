import { describe, expect, it } from "vitest";
import { Playback, type Position } from "@/audio/playback";
import type { Sink } from "@/audio/sink";

class FakeSink implements Sink {
  onProgress = () => {};
  queued: number[] = [];
  heard = 0;
  held = false;

  push(pcm16: Int16Array<ArrayBuffer>) {
    this.queued.push(...pcm16);
  }
  flush() {
    this.queued = [];
    this.heard = 0;
  }
  hold(held: boolean) {
    this.held = held;
  }
  heardSamples() {
    return this.heard;
  }
  play(ms: number) {
    this.heard = Math.min(this.queued.length, this.heard + ms * 24);
    this.onProgress();
  }
}

/** `ms` of samples whose values count up from their place in the sentence. */
function frame(sequence: number, sentence: number, fromMs: number, ms: number) {
  const offsetSamples = fromMs * 24;
  const pcm16 = Int16Array.from({ length: ms * 24 }, (_, i) => offsetSamples + i);
  return { sequence, sentence, offsetSamples, seq: 0, pcm16 };
}

function room() {
  const sink = new FakeSink();
  const positions: Position[] = [];
  const completed: string[] = [];
  const playback = new Playback(
    sink,
    (position) => positions.push(position),
    (id) => completed.push(id),
  );
  const last = (id: string) => positions.findLast((position) => position.utteranceId === id);
  return { sink, playback, completed, last };
}

describe("playback", () => {
  it("maps samples played to the time within the utterance", () => {
    const { sink, playback, last } = room();
    playback.start("u1", 1);
    playback.sentence("u1", 0, 0);
    playback.frame(frame(1, 0, 0, 500));
    playback.sentence("u1", 1, 500);
    playback.frame(frame(1, 1, 0, 300));
    sink.play(100);
    expect(last("u1")).toMatchObject({ heardMs: 100, playing: true, finished: false });
    sink.play(500);
    expect(last("u1")?.heardMs).toBe(600);
  });

  it("says that somebody speaks as soon as there is sound", () => {
    const { playback, last } = room();
    playback.start("u1", 1);
    expect(last("u1")?.playing).toBe(false);
    playback.frame(frame(1, 0, 0, 100));
    expect(last("u1")).toMatchObject({ heardMs: 0, playing: true });
  });

  it("places a sentence whose caption has not come after those before it", () => {
    const { sink, playback, last } = room();
    playback.start("u1", 1);
    playback.frame(frame(1, 0, 0, 400));
    playback.frame(frame(1, 1, 0, 400));
    sink.play(500);
    expect(last("u1")?.heardMs).toBe(500);
  });

  it("drops what it already has when frames are replayed", () => {
    const { sink, playback } = room();
    playback.start("u1", 1);
    playback.frame(frame(1, 0, 0, 100));
    playback.start("u1", 1);
    playback.frame(frame(1, 0, 0, 100));
    playback.frame(frame(1, 0, 50, 100));
    expect(sink.queued).toEqual(Array.from({ length: 150 * 24 }, (_, i) => i));
  });

  it("completes an utterance once, when its end is known and its sound is over", () => {
    const { sink, playback, completed, last } = room();
    playback.start("u1", 1);
    playback.frame(frame(1, 0, 0, 100));
    sink.play(100);
    expect(last("u1")).toMatchObject({ playing: true, finished: false });
    playback.end("u1", 100);
    playback.end("u1", 100);
    expect(completed).toEqual(["u1"]);
    expect(last("u1")).toMatchObject({ heardMs: 100, playing: false, finished: true });
  });

  it("runs dry after its first words, and goes on with what comes next", () => {
    const { sink, playback, completed, last } = room();
    playback.start("u1", 1);
    playback.sentence("u1", 0, 0);
    playback.frame(frame(1, 0, 0, 100));
    sink.play(50);
    expect(last("u1")?.drained).toBe(false);
    sink.play(50);
    expect(last("u1")).toMatchObject({ heardMs: 100, playing: true, drained: true });
    playback.sentence("u1", 1, 100);
    playback.frame(frame(1, 1, 0, 200));
    sink.play(20);
    expect(last("u1")).toMatchObject({ heardMs: 120, playing: true, drained: false });
    expect(completed).toEqual([]);
    expect(playback.interrupt()).toEqual({ utterance_id: "u1", heard_ms: 120 });
  });

  it("counts first words as heard that were interrupted before the others", () => {
    const { sink, playback } = room();
    playback.start("u1", 1);
    playback.frame(frame(1, 0, 0, 100));
    sink.play(100);
    expect(playback.interrupt()).toEqual({ utterance_id: "u1", heard_ms: 100 });
    playback.frame(frame(1, 1, 0, 200));
    expect(sink.queued).toEqual([]);
  });

  it("completes an utterance that has no sound", () => {
    const { playback, completed, last } = room();
    playback.start("u1", 1);
    playback.sentence("u1", 0, 0);
    playback.end("u1", 0);
    expect(completed).toEqual(["u1"]);
    expect(last("u1")).toMatchObject({ heardMs: 0, finished: true });
  });

  it("counts on across utterances", () => {
    const { sink, playback, completed, last } = room();
    playback.start("u1", 1);
    playback.frame(frame(1, 0, 0, 100));
    playback.end("u1", 100);
    playback.start("u2", 2);
    playback.frame(frame(2, 0, 0, 100));
    sink.play(50);
    expect(last("u2")?.playing ?? false).toBe(false);
    sink.play(80);
    expect(completed).toEqual(["u1"]);
    expect(last("u2")).toMatchObject({ heardMs: 30, playing: true });
  });

  it("is silent at once on an interruption, and stays so for that utterance", () => {
    const { sink, playback, completed, last } = room();
    playback.start("u1", 1);
    playback.frame(frame(1, 0, 0, 1000));
    sink.play(420);
    expect(playback.interrupt()).toEqual({ utterance_id: "u1", heard_ms: 420 });
    expect(sink.queued).toEqual([]);
    playback.frame(frame(1, 0, 1000, 100));
    expect(sink.queued).toEqual([]);
    expect(completed).toEqual([]);
    expect(last("u1")).toMatchObject({ heardMs: 420, playing: false, finished: true });
    playback.start("u2", 3);
    playback.frame(frame(3, 0, 0, 100));
    sink.play(10);
    expect(last("u2")?.heardMs).toBe(10);
  });

  it("has nothing to interrupt when all was heard", () => {
    const { sink, playback } = room();
    expect(playback.interrupt()).toBeNull();
    playback.start("u1", 1);
    playback.frame(frame(1, 0, 0, 10));
    playback.end("u1", 10);
    sink.play(10);
    expect(playback.interrupt()).toBeNull();
  });

  it("does not wait for the end of an utterance that was never finished", () => {
    const { sink, playback, last } = room();
    playback.start("u1", 1);
    playback.frame(frame(1, 0, 0, 100));
    playback.close();
    sink.play(100);
    expect(last("u1")?.finished).toBe(true);
  });

  it("plays on where it was cut off when it was only a cough", () => {
    const { sink, playback, completed, last } = room();
    playback.start("u1", 1);
    playback.sentence("u1", 0, 0);
    playback.frame(frame(1, 0, 0, 500));
    sink.play(200);
    const cut = playback.interrupt();
    expect(cut).toEqual({ utterance_id: "u1", heard_ms: 200 });
    expect(sink.queued).toEqual([]);
    playback.frame(frame(1, 0, 500, 300)); // was on its way
    playback.end("u1", 800);
    if (cut) playback.playOn(cut);
    expect(sink.queued).toHaveLength(600 * 24);
    expect(sink.queued[0]).toBe(200 * 24);
    expect(last("u1")).toMatchObject({ heardMs: 200, playing: true, finished: false });
    sink.play(100);
    expect(last("u1")?.heardMs).toBe(300);
    sink.play(500);
    expect(last("u1")).toMatchObject({ heardMs: 800, finished: true });
    expect(completed).toEqual(["u1"]);
  });

  it("does not play on what was cut off before the latest answer", () => {
    const { sink, playback } = room();
    playback.start("u1", 1);
    playback.frame(frame(1, 0, 0, 500));
    const cut = playback.interrupt();
    playback.start("u2", 2);
    playback.frame(frame(2, 0, 0, 100));
    if (cut) playback.playOn(cut);
    expect(sink.queued).toHaveLength(100 * 24);
  });
});
