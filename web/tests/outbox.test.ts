import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PROTOCOL } from "@/protocol/messages.gen";
import { Outbox } from "@/session/outbox";
import { Pace } from "@/session/pace";
import { snapshot } from "./support/messages";
import { FakeWire, MemoryStore, voice } from "./support/wire";

const TURN = "turn-0001";
const chunk = () => new Uint8Array([1, 2]);

function outbox() {
  const wire = new FakeWire();
  const store = new MemoryStore();
  const box = new Outbox(wire, store);
  box.connected(snapshot());
  return { wire, store, box };
}

function talk(box: Outbox, chunks: number) {
  for (let i = 0; i < chunks; i++) box.append(TURN, chunk());
}

describe("a spoken answer", () => {
  it("goes out as it is spoken", () => {
    const { wire, box } = outbox();
    box.begin(voice());
    talk(box, 2);
    expect(wire.take()).toEqual(["turn_start", "#0", "#1"]);
    box.finish(TURN, 200);
    expect(wire.take()).toEqual(["turn_end"]);
    expect(wire.messages.at(-1)).toEqual({
      type: "turn_end",
      turn_id: TURN,
      chunks: 2,
      duration_ms: 200,
    });
  });

  it("is kept until the server has it", () => {
    const { store, box } = outbox();
    box.begin(voice());
    talk(box, 1);
    box.finish(TURN, 100);
    expect(box.current?.turnId).toBe(TURN);
    expect(store.answers.has(TURN)).toBe(true);
    box.settled(TURN);
    expect(box.current).toBeNull();
    expect(store.answers.size).toBe(0);
  });

  it("is sent again from the chunk the server asks for", () => {
    const { wire, box } = outbox();
    box.begin(voice());
    talk(box, 4);
    box.finish(TURN, 400);
    wire.take();
    box.resend(TURN, 2);
    expect(wire.take()).toEqual(["#2", "#3", "turn_end"]);
    box.resend("another-turn", 0);
    expect(wire.take()).toEqual([]);
  });

  it("is sent again from its start when the server has lost all of it", () => {
    const { wire, box } = outbox();
    box.begin(voice());
    talk(box, 1);
    box.finish(TURN, 100);
    wire.take();
    box.resend(TURN, 0);
    expect(wire.take()).toEqual(["turn_start", "#0", "turn_end"]);
  });

  it("goes on being recorded while the connection is lost", () => {
    const { wire, box } = outbox();
    box.begin(voice());
    talk(box, 2);
    wire.take();
    box.disconnected();
    talk(box, 2);
    expect(wire.take()).toEqual([]);
    const pending_turn = { turn_id: TURN, next_chunk: 1, ended: false };
    box.connected(snapshot({ pending_turn }));
    expect(wire.take()).toEqual(["turn_start", "#1", "#2", "#3"]);
    box.append(TURN, chunk());
    box.finish(TURN, 500);
    expect(wire.take()).toEqual(["#4", "turn_end"]);
  });

  it("starts over when the server does not know it", () => {
    const { wire, box } = outbox();
    box.begin(voice());
    talk(box, 2);
    box.finish(TURN, 200);
    box.disconnected();
    wire.take();
    box.connected(snapshot());
    expect(wire.take()).toEqual(["turn_start", "#0", "#1", "turn_end"]);
  });

  it("sends nothing when the server has all of it", () => {
    const { wire, box } = outbox();
    box.begin(voice());
    talk(box, 2);
    box.finish(TURN, 200);
    box.disconnected();
    wire.take();
    box.connected(snapshot({ pending_turn: { turn_id: TURN, next_chunk: 2, ended: true } }));
    expect(wire.take()).toEqual([]);
    expect(box.current).not.toBeNull();
    box.connected(snapshot({ committed_turns: [TURN] }));
    expect(wire.take()).toEqual([]);
    expect(box.current).toBeNull();
  });

  it("leaves nothing behind when it is cancelled", () => {
    const { wire, store, box } = outbox();
    box.begin(voice());
    talk(box, 1);
    box.cancel();
    talk(box, 1);
    expect(wire.take()).toEqual(["turn_start", "#0", "turn_cancel"]);
    expect(store.answers.size).toBe(0);
  });

  it("says when it is as long as the server takes", () => {
    const { box } = outbox();
    box.begin(voice());
    expect(box.append(TURN, new Uint8Array(1000))).toBe(true);
    expect(box.append(TURN, new Uint8Array(PROTOCOL.MAX_ANSWER_BYTES - 2000))).toBe(false);
  });
});

describe("a typed answer", () => {
  const typed = { kind: "text", turnId: TURN, text: "Yes.", interrupted: null } as const;

  it("typed without a connection is sent with the next one, under the same id", () => {
    const { wire, box } = outbox();
    box.disconnected();
    box.begin(typed);
    expect(wire.take()).toEqual([]);
    box.connected(snapshot());
    box.disconnected();
    box.connected(snapshot());
    expect(wire.messages).toEqual([
      { type: "answer_text", turn_id: TURN, text: "Yes.", interrupted: null },
      { type: "answer_text", turn_id: TURN, text: "Yes.", interrupted: null },
    ]);
  });

  it("is not sent again once the server knows it", () => {
    const { wire, box } = outbox();
    box.begin(typed);
    box.disconnected();
    wire.take();
    box.connected(snapshot({ pending_turn: { turn_id: TURN, next_chunk: 0, ended: true } }));
    expect(wire.take()).toEqual([]);
  });
});

describe("an answer begun by a page that is gone", () => {
  it("ends with what arrived of it", () => {
    const { wire, box } = outbox();
    box.connected(snapshot({ pending_turn: { turn_id: "turn-gone", next_chunk: 5, ended: false } }));
    expect(wire.messages).toEqual([{ type: "turn_end", turn_id: "turn-gone", chunks: 5 }]);
  });

  it("is cancelled when nothing did", () => {
    const { wire, box } = outbox();
    box.connected(snapshot({ pending_turn: { turn_id: "turn-gone", next_chunk: 0, ended: false } }));
    expect(wire.messages).toEqual([{ type: "turn_cancel", turn_id: "turn-gone" }]);
  });
});

describe("a long answer sent again", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("stays within the rate the server allows", () => {
    const wire = new FakeWire();
    const box = new Outbox(wire, new MemoryStore(), new Pace(() => Date.now()));
    box.begin(voice());
    talk(box, 3000);
    box.finish(TURN, 300_000);
    box.connected(snapshot());
    const sent: number[] = [];
    while (wire.log.at(-1) !== "turn_end") {
      vi.advanceTimersByTime(1000);
      sent.push(wire.take().length);
      if (sent.length > 60) break;
      wire.log.push(...(box.current && wire.messages.at(-1)?.type === "turn_end" ? ["turn_end"] : []));
    }
    expect(sent.reduce((a, b) => a + b)).toBeGreaterThanOrEqual(3002);
    const window = PROTOCOL.RATE_WINDOW_S;
    for (let i = 0; i + window <= sent.length; i++) {
      const inWindow = sent.slice(i, i + window).reduce((a, b) => a + b);
      expect(inWindow).toBeLessThan(PROTOCOL.MAX_MESSAGES_PER_S * window);
    }
  });
});
