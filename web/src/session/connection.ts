// The socket: hello, heartbeat, resume, backoff. Knows nothing of interviews.
import { decode, encode, type Received } from "@/protocol/codec";
import { unpackDownlink, type AudioFrame } from "@/protocol/frames";
import { PROTOCOL, type ClientMessageV2 } from "@/protocol/messages.gen";

const PING_EVERY_MS = 10_000;
const SILENCE_LIMIT_MS = 5_000;
const CONNECT_LIMIT_MS = 10_000;
const BACKOFF_MIN_MS = 200;
const BACKOFF_MAX_MS = 3_000;
/** A server that is started anew is back soon, and found again at once: only then is it away. */
const SOON_ATTEMPTS = 6;
const SOON_MS = 400;

/** Closed for good by the server; trying again cannot help. */
const FINAL: readonly number[] = [
  PROTOCOL.CLOSE_SUPERSEDED,
  PROTOCOL.CLOSE_NOT_FOUND,
  PROTOCOL.CLOSE_UNAUTHENTICATED,
  PROTOCOL.CLOSE_FORBIDDEN,
  PROTOCOL.CLOSE_VIOLATION,
];

export interface ConnectionListener {
  message(message: Received): void;
  audio(frame: AudioFrame): void;
  /** The socket is gone; another attempt follows. `attempt` counts from 1. */
  lost(attempt: number): void;
  refused(closeCode: number): void;
}

export type OpenSocket = (url: string, protocol: string) => WebSocket;

export class Connection {
  private socket: WebSocket | null = null;
  private lastSeq: number | null = null;
  private attempt = 0;
  private nonce = 0;
  private stopped = false;
  private pingTimer: Timer = null;
  private silenceTimer: Timer = null;
  private retryTimer: Timer = null;

  constructor(
    private readonly url: string,
    private readonly listener: ConnectionListener,
    private readonly openSocket: OpenSocket = (url, protocol) => new WebSocket(url, protocol),
    private readonly random: () => number = Math.random,
  ) {}

  /** Starts, or tries again at once where a retry is waiting. */
  open(): void {
    if (this.stopped || this.socket) return;
    clear(this.retryTimer);
    const socket = this.openSocket(this.url, PROTOCOL.SUBPROTOCOL_V2);
    this.socket = socket;
    socket.binaryType = "arraybuffer";
    this.expectSomething(CONNECT_LIMIT_MS);
    socket.onopen = () => {
      this.send({ type: "hello", last_seq: this.lastSeq, audio: "pcm16" });
      this.pingTimer = setInterval(() => this.probe(), PING_EVERY_MS);
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => this.receive(event.data);
    socket.onclose = (event) => this.closed(event.code);
  }

  /** Stops for good. */
  stop(): void {
    this.stopped = true;
    clear(this.retryTimer);
    this.detach()?.close(1000);
  }

  /** After `stop` or a refusal. */
  restart(): void {
    this.stopped = false;
    this.open();
  }

  get ready(): boolean {
    return this.socket?.readyState === 1;
  }

  /** False where there is no connection: nothing was sent. */
  send(message: ClientMessageV2): boolean {
    if (!this.ready) return false;
    this.socket?.send(encode(message));
    return true;
  }

  sendBinary(frame: Uint8Array<ArrayBuffer>): void {
    if (this.ready) this.socket?.send(frame);
  }

  /** Finds out whether the server still answers: a frozen one closes nothing. */
  probe(): void {
    if (!this.ready) return;
    this.send({ type: "ping", nonce: this.nonce++ });
    if (this.silenceTimer === null) this.expectSomething(SILENCE_LIMIT_MS);
  }

  private receive(data: string | ArrayBuffer): void {
    clear(this.silenceTimer);
    this.silenceTimer = null;
    if (typeof data === "string") {
      const message = decode(data);
      if (!message) return;
      if (message.type === "session_started") {
        this.attempt = 0;
        // Afresh: what is replayed from here on counts, not where the stream had come to.
        if (message.resumed_from_seq === null) this.lastSeq = null;
      } else if (message.type !== "pong" && message.type !== "superseded") {
        this.saw(message.seq);
      }
      this.listener.message(message);
    } else {
      const frame = unpackDownlink(data);
      if (!frame) return;
      this.saw(frame.seq);
      this.listener.audio(frame);
    }
  }

  private saw(seq: number): void {
    this.lastSeq = Math.max(this.lastSeq ?? 0, seq);
  }

  private expectSomething(withinMs: number): void {
    clear(this.silenceTimer);
    this.silenceTimer = setTimeout(() => this.closed(null), withinMs);
  }

  private closed(code: number | null): void {
    this.detach()?.close();
    if (this.stopped) return;
    if (code !== null && FINAL.includes(code)) {
      this.stopped = true;
      this.listener.refused(code);
      return;
    }
    const long = SOON_MS * 2 ** (this.attempt - SOON_ATTEMPTS + 1);
    const limit = Math.min(BACKOFF_MIN_MS * 2 ** this.attempt, Math.max(SOON_MS, long), BACKOFF_MAX_MS);
    this.attempt += 1;
    this.retryTimer = setTimeout(() => this.open(), limit * (0.5 + this.random() / 2));
    this.listener.lost(this.attempt);
  }

  /** The socket without its handlers: whatever it still says is no longer heard. */
  private detach(): WebSocket | null {
    clear(this.pingTimer);
    clear(this.silenceTimer);
    this.pingTimer = this.silenceTimer = null;
    const socket = this.socket;
    this.socket = null;
    if (socket) socket.onopen = socket.onmessage = socket.onclose = null;
    return socket;
  }
}

type Timer = ReturnType<typeof setTimeout> | null;

function clear(timer: Timer): void {
  if (timer !== null) clearTimeout(timer);
}
