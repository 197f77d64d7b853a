// What a session is made with.
import type { Drafts } from "@/pad/drafts";
import type { OpenSocket } from "./connection";
import type { Preference } from "./preferences";
import type { AnswerStore } from "./store";

export interface SessionOptions {
  interviewId: string;
  socketUrl: string;
  store: AnswerStore;
  drafts?: Drafts;
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
