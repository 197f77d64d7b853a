// All that the state of a pad takes, to be fetched as one.
import type { ClientMessageV2 } from "@/protocol/messages.gen";
import { StoredDrafts } from "./drafts";
import { Pad } from "./pad";

export function openPad(
  interviewId: string,
  send: (message: ClientMessageV2) => boolean,
  newId: () => string,
): Pad {
  return new Pad(send, new StoredDrafts(interviewId), newId);
}
