// One interview in this page: the socket, the sound, the answers, and the state they make.
import type { AudioEngine } from "@/audio/engine";
import { Playback } from "@/audio/playback";
import { LatePad } from "@/pad/late";
import type { Received } from "@/protocol/codec";
import { PROTOCOL } from "@/protocol/messages.gen";
import { Answering } from "./answering";
import { Connection, type ConnectionListener } from "./connection";
import { act, type Room } from "./effects";
import { Heard } from "./heard";
import type { SessionOptions } from "./options";
import { Outbox } from "./outbox";
import { OwnMicrophone } from "./own-microphone";
import { reduce } from "./reducer";
import { initialState, type RoomEvent, type RoomState } from "./state";
import { refusedNotice } from "./wording";

export class Session implements ConnectionListener {
  private state: RoomState;
  private readonly watchers = new Set<() => void>();
  private readonly connection: Connection;
  private readonly outbox: Outbox;
  readonly answering: Answering;
  readonly pad: LatePad;
  readonly microphone: OwnMicrophone;
  private readonly heard: Heard;
  private engine: AudioEngine | null = null;
  private room: Room | null = null;
  private held = false;
  /** Somebody may be about to talk. */
  private hushed = false;
  /** Tried since the room was last entered. */
  private renewed = false;

  constructor(private readonly options: SessionOptions) {
    this.state = initialState(options.interviewId);
    this.connection = new Connection(options.socketUrl, this, options.openSocket);
    this.outbox = new Outbox(this.connection, options.store);
    this.answering = new Answering(
      this.outbox,
      this.getState,
      (event) => this.dispatch(event),
      () => {
        this.engine?.wake();
        return this.room?.playback.interrupt() ?? null;
      },
      () => this.connection.probe(),
    );
    this.pad = new LatePad(
      () => options.openPad((message) => this.connection.send(message)),
      options.forgetDrafts,
    );
    this.microphone = new OwnMicrophone(
      this.answering,
      this.getState,
      (event) => this.dispatch(event),
      (hushed) => {
        this.hushed = hushed;
        this.holdSound();
      },
      options.handsFree,
    );
    this.heard = new Heard(
      () => this.state.link === "open",
      (utterance_id) => this.connection.send({ type: "playback_complete", utterance_id }),
    );
  }

  readonly getState = (): RoomState => this.state;

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  /** `engine` was created in the click that leads here. */
  async join(engine: AudioEngine): Promise<void> {
    if (this.engine) return engine.close();
    this.engine = engine;
    this.microphone.attach(engine);
    const sink = await engine.sink();
    const playback = new Playback(
      sink,
      (position) => this.dispatch({ kind: "playback", ...position }),
      (utteranceId) => this.heard.add(utteranceId),
    );
    this.room = {
      outbox: this.outbox,
      playback,
      pad: this.pad,
      entered: () => this.entered(),
      answerOver: (turnId) => this.answering.over(turnId),
      endpointing: (message) => this.microphone.endpointing(message),
      ended: () => this.interviewEnded(playback),
    };
    const left = await this.options.store.load();
    if (left) this.answering.takeUp(left);
    if (!(await this.options.textOnly?.())) await this.microphone.open();
    this.enter();
  }

  /** Opens the room; a microphone that is still being asked for may join later. */
  readonly enter = (): void => {
    if (this.state.link !== "idle" || !this.room) return;
    this.dispatch({ kind: "link", link: "connecting" });
    this.connection.open();
  };

  /** Before joining: an interview that is over needs no microphone to be read. */
  readonly look = async (): Promise<void> => {
    const standing = await this.options.standing();
    if (this.state.link !== "idle" || this.engine) return;
    if (standing === "missing") this.refused(PROTOCOL.CLOSE_NOT_FOUND);
    if (standing === "over") this.connection.open();
  };

  readonly pause = (): void => {
    this.dispatch({ kind: "pause_requested", wanted: true });
    this.connection.send({ type: "pause" });
  };

  readonly resume = (): void => {
    this.dispatch({ kind: "pause_requested", wanted: false });
    this.connection.send({ type: "resume" });
  };

  /** The question, once more. */
  readonly repeat = (): void => {
    this.connection.send({ type: "repeat" });
  };

  /** For good. An answer in progress is finished first. */
  readonly end = async (): Promise<void> => {
    this.room?.playback.interrupt();
    await this.answering.stopTalking();
    this.dispatch({ kind: "end_requested" });
    this.connection.send({ type: "end_session" });
  };

  /** Does not wait for the interviewer's goodbye. */
  readonly finishNow = (): void => {
    this.room?.playback.interrupt();
  };

  /** After another window took over. */
  readonly takeBack = (): void => {
    this.dispatch({ kind: "link", link: "reconnecting" });
    this.connection.restart();
  };

  /** The network may have changed: find out now. */
  readonly lookAlive = (): void => {
    if (this.state.link === "reconnecting" || this.state.link === "connecting") {
      this.connection.open();
    }
    this.connection.probe();
    if (!this.held) this.engine?.wake();
  };

  readonly dismissNotice = (): void => this.dispatch({ kind: "notice", notice: null });

  dispose(): void {
    this.microphone.close();
    this.connection.stop();
    this.engine?.close();
  }

  // ConnectionListener

  message(message: Received): void {
    this.dispatch({ kind: "server", message });
    if (this.room) act(this.room, message);
    else if (this.state.ended) {
      this.pad.end();
      this.connection.stop();
    }
  }

  audio(frame: Parameters<ConnectionListener["audio"]>[0]): void {
    this.room?.playback.frame(frame);
  }

  lost(): void {
    this.outbox.disconnected();
    const link = this.state.entered ? "reconnecting" : "connecting";
    this.dispatch({ kind: "link", link });
    if (this.state.entered) return;
    void this.options.standing().then((standing) => {
      if (standing !== "missing") return;
      this.connection.stop();
      this.refused(PROTOCOL.CLOSE_NOT_FOUND);
    });
  }

  refused(closeCode: number): void {
    this.outbox.disconnected();
    const { renew } = this.options;
    if (closeCode === PROTOCOL.CLOSE_UNAUTHENTICATED && renew && !this.renewed) {
      // Access tokens are short-lived, and a socket may come back after hours.
      this.renewed = true;
      const link = this.state.entered ? "reconnecting" : "connecting";
      this.dispatch({ kind: "link", link });
      void renew().then((can) => (can ? this.connection.restart() : this.refused(closeCode)));
      return;
    }
    void this.answering.stopTalking();
    if (closeCode === PROTOCOL.CLOSE_SUPERSEDED) {
      this.dispatch({ kind: "link", link: "superseded" });
    } else {
      this.dispatch({ kind: "link", link: "refused", notice: refusedNotice(closeCode) });
    }
  }

  private dispatch(event: RoomEvent): void {
    const next = reduce(this.state, event);
    if (next === this.state) return;
    this.state = next;
    const held = next.pause !== null || next.pauseRequested;
    if (held !== this.held) {
      this.held = held;
      this.holdSound();
    }
    for (const watcher of this.watchers) watcher();
  }

  private holdSound(): void {
    this.room?.playback.hold(this.held || this.hushed);
  }

  private entered(): void {
    this.renewed = false;
    this.heard.tell();
    this.pad.flush();
    if (this.state.pauseRequested) this.connection.send({ type: "pause" });
    if (this.state.endRequested) this.connection.send({ type: "end_session" });
  }

  private interviewEnded(playback: Playback): void {
    playback.close();
    this.pad.end();
    this.connection.stop();
  }
}
