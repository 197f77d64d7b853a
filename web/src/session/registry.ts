import { interviewStanding, renewSession, socketUrl, wantsText } from "@/api/rest";
import { forgetDrafts } from "@/pad/draft-keys";
import { newTurnId } from "./answering";
import { preference } from "./preferences";
import { Session } from "./session";
import { IndexedDbStore } from "./store";

// Outside React: a socket and an AudioContext must survive rendering and navigation.
let active: Session | null = null;

/** The page's session for this interview; an earlier one of another interview is closed. */
export function sessionFor(interviewId: string): Session {
  if (active?.getState().interviewId === interviewId) return active;
  closeSession();
  const session = new Session({
    interviewId,
    socketUrl: socketUrl(interviewId),
    store: new IndexedDbStore(interviewId),
    standing: () => interviewStanding(interviewId),
    renew: renewSession,
    openPad: async (send) => {
      // What shows it comes with it, so that it is not looked for when the network is gone again.
      const [{ openPad }] = await Promise.all([import("@/pad/open"), import("@/pad/PadPanel")]);
      return openPad(interviewId, send, newTurnId);
    },
    forgetDrafts: () => forgetDrafts(interviewId),
    handsFree: preference("hands-free"),
    textOnly: () => wantsText(interviewId),
  });
  active = session;
  return session;
}

export function closeSession(): void {
  active?.dispose();
  active = null;
}

/** Wakes the active session when the network or the page comes back. */
export function watchNetwork(): () => void {
  const wake = () => {
    if (document.visibilityState === "visible") active?.lookAlive();
  };
  window.addEventListener("online", wake);
  window.addEventListener("offline", wake);
  document.addEventListener("visibilitychange", wake);
  return () => {
    window.removeEventListener("online", wake);
    window.removeEventListener("offline", wake);
    document.removeEventListener("visibilitychange", wake);
  };
}
