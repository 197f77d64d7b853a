// What a session is made with.
import type { Pad } from "@/pad/pad";
import type { ClientMessageV2 } from "@/protocol/messages.gen";
import type { OpenSocket } from "./connection";
import type { Preference } from "./preferences";
import type { AnswerStore } from "./store";

export interface SessionOptions {
  interviewId: string;
  socketUrl: string;
  store: AnswerStore;
  /** Fetched, once a question asks for code. */
  openPad: (send: (message: ClientMessageV2) => boolean) => Promise<Pad>;
  /** What was written there and is kept in this browser. */
  forgetDrafts: () => void;
  handsFree?: Preference;
  standing: () => Promise<Standing>;
  /** The candidate types; the microphone is not asked for. */
  textOnly?: () => Promise<boolean>;
  /** A new access token; false where there is none to be had. */
  renew?: () => Promise<boolean>;
  openSocket?: OpenSocket;
}

/** Of an interview, as far as the server can be asked. */
export type Standing = "open" | "over" | "missing" | "unknown";
