import { interviewStanding, renewSession, socketUrl, wantsText } from "@/api/rest";
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
