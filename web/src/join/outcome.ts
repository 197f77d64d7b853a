// What a refusal of the server's means to somebody who holds a link.

export type Refusal = "expired" | "used" | "revoked" | "unknown" | "done" | "offline" | "refused";

const BY_CODE: Record<string, Refusal> = {
  "invitation.expired": "expired",
  "invitation.used": "used",
  "invitation.revoked": "revoked",
  "invitation.not_found": "unknown",
  "interview.ended": "done",
  network: "offline",
};

export function refusalOf(code: string): Refusal {
  return BY_CODE[code] ?? "refused";
}

export const REFUSAL: Record<Refusal, { title: string; text: string; again: boolean }> = {
  expired: {
    title: "This link has expired",
    text: "Please ask whoever invited you for a new one.",
    again: false,
  },
  used: {
    title: "This link has been used already",
    text: "It works once. To go on in another browser, ask whoever invited you for a new link: the interview continues where it was.",
    again: false,
  },
  revoked: {
    title: "This invitation was taken back",
    text: "Please ask whoever invited you.",
    again: false,
  },
  unknown: {
    title: "We do not know this link",
    text: "Please open it again from your mail, and check that it is complete.",
    again: false,
  },
  done: {
    title: "This interview is over",
    text: "There is nothing more to do. Thank you for your time.",
    again: false,
  },
  offline: {
    title: "The server cannot be reached",
    text: "Please check your connection. Your invitation is not used up.",
    again: true,
  },
  refused: {
    title: "That did not work",
    text: "Please try again in a moment.",
    again: true,
  },
};
