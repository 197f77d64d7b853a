import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Received } from "@/protocol/codec";
import { PROTOCOL } from "@/protocol/messages.gen";
import { Connection } from "@/session/connection";
import { started } from "./support/messages";

class FakeSocket {
  readyState = 0;
  binaryType = "";
  sent: Record<string, unknown>[] = [];
  closed = false;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;

  send(data: string) {
    this.sent.push(JSON.parse(data) as Record<string, unknown>);
  }
  close() {
    this.closed = true;
    this.readyState = 3;
  }
  open() {
    this.readyState = 1;
    this.onopen?.();
  }
  say(message: object) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  die(code: number) {
    this.readyState = 3;
    this.onclose?.({ code });
  }
}

function connect() {
  const sockets: FakeSocket[] = [];
  const events: string[] = [];
  const connection = new Connection(
    "ws://x",
    {
      message: (message: Received) => events.push(message.type),
      audio: () => events.push("audio"),
      lost: (attempt) => events.push(`lost ${attempt}`),
      refused: (code) => events.push(`refused ${code}`),
    },
    (_url, protocol) => {
      expect(protocol).toBe("intervue.v2");
      const socket = new FakeSocket();
      sockets.push(socket);
      return socket as unknown as WebSocket;
    },
    () => 1,
  );
  connection.open();
  const last = () => sockets.at(-1)!;
  const enter = (resumedFrom: number | null = null, seq = 5) => {
    last().open();
    last().say({ ...started({}, resumedFrom), seq });
  };
  return { connection, sockets, events, last, enter };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("the connection", () => {
  it("says hello first, and goes on after the last message seen", () => {
    const { last, enter } = connect();
    enter();
    expect(last().sent[0]).toEqual({ type: "hello", last_seq: null, audio: "pcm16" });
    last().say({ type: "resumed", seq: 41 });
    last().say({ type: "pong", nonce: 0, seq: 3 });
    last().die(1006);
    vi.advanceTimersByTime(200);
    last().open();
    expect(last().sent[0]).toMatchObject({ last_seq: 41 });
  });

  it("starts afresh when the server does", () => {
    const { last, enter } = connect();
    enter();
    last().say({ type: "resumed", seq: 41 });
    last().die(1012);
    vi.advanceTimersByTime(200);
    enter(null, 90);
    last().say({ type: "resumed", seq: 12 });
    last().die(1012);
    vi.advanceTimersByTime(200);
    last().open();
    expect(last().sent[0]).toMatchObject({ last_seq: 12 });
  });

  it("finds a server that is back soon at once, then waits longer, and from anew once it was in", () => {
    const { sockets, last, enter } = connect();
    const waits: number[] = [];
    for (let i = 0; i < 10; i++) {
      last().die(1006);
      const before = sockets.length;
      let waited = 0;
      while (sockets.length === before) {
        vi.advanceTimersByTime(100);
        waited += 100;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([200, 400, 400, 400, 400, 400, 800, 1600, 3000, 3000]);
    enter();
    last().die(1006);
    const before = sockets.length;
    vi.advanceTimersByTime(200);
    expect(sockets.length).toBe(before + 1);
  });

  it("notices a frozen server by its silence", () => {
    const { sockets, events, last, enter } = connect();
    enter();
    vi.advanceTimersByTime(10_000);
    expect(last().sent.at(-1)).toEqual({ type: "ping", nonce: 0 });
    last().say({ type: "pong", nonce: 0, seq: 5 });
    vi.advanceTimersByTime(10_000);
    expect(sockets).toHaveLength(1);
    vi.advanceTimersByTime(5_000);
    expect(sockets[0]?.closed).toBe(true);
    expect(events.at(-1)).toBe("lost 1");
    vi.advanceTimersByTime(200);
    expect(sockets).toHaveLength(2);
  });

  it("gives up on a socket that never opens", () => {
    const { events } = connect();
    vi.advanceTimersByTime(10_000);
    expect(events).toEqual(["lost 1"]);
  });

  it("hears nothing more from a socket it gave up", () => {
    const { sockets, events, enter } = connect();
    enter();
    vi.advanceTimersByTime(15_000);
    sockets[0]?.say({ type: "resumed", seq: 50 });
    expect(events).toEqual(["session_started", "lost 1"]);
  });

  it.each([
    PROTOCOL.CLOSE_SUPERSEDED,
    PROTOCOL.CLOSE_NOT_FOUND,
    PROTOCOL.CLOSE_UNAUTHENTICATED,
    PROTOCOL.CLOSE_FORBIDDEN,
    PROTOCOL.CLOSE_VIOLATION,
  ])("does not come back after %d, unless told to", (code) => {
    const { connection, sockets, events, last, enter } = connect();
    enter();
    last().die(code);
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    expect(events.at(-1)).toBe(`refused ${code}`);
    connection.restart();
    expect(sockets).toHaveLength(2);
  });

  it("tries at once when asked to", () => {
    const { connection, sockets, last } = connect();
    for (let i = 0; i < 5; i++) {
      last().die(1006);
      connection.open();
    }
    expect(sockets).toHaveLength(6);
    vi.advanceTimersByTime(5_000);
    expect(sockets).toHaveLength(6);
  });

  it("stops for good", () => {
    const { connection, sockets, enter } = connect();
    enter();
    connection.stop();
    connection.send({ type: "pause" });
    vi.advanceTimersByTime(60_000);
    expect(sockets).toHaveLength(1);
    expect(sockets[0]?.closed).toBe(true);
  });
});
