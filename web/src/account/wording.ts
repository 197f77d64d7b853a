// What a refusal of the server's means, and what to do about it, in a sentence.
import { ApiError } from "@/api/request";

const SAID: Record<string, string> = {
  network: "The server cannot be reached. Check your connection, then try again.",
  "auth.failed": "That address and password do not belong together. Check both, or set a new password.",
  "auth.forbidden": "You may not do this. Ask an admin of your organization.",
  "account.address_taken": "There is an account for this address already. Sign in, or use another address.",
  "registration.closed": "Nobody can register here. Ask an admin of your organization to add you.",
  "reset.invalid": "This link has been used, or is too old. Ask for a new one.",
  "rate.exceeded": "That was tried too often. Wait a few minutes, then try again.",
  "mail.unavailable": "The mail could not be sent. Send the link again in a few minutes.",
  "invitation.used": "Somebody has come in by this link already, so it cannot be taken back.",
  "interview.ended": "This interview is over, so it needs no link any more.",
  "accommodation.granted": "This was granted already.",
  "member.last_admin": "An organization keeps at least one admin. Make somebody else one first.",
  "member.active": "They have a password already, and need no link.",
  "oidc.no_account": "There is no account for you here. Ask an admin of your organization to add you.",
};

const PASSING = "This did not work just now. Try again in a moment.";

export function saidOf(error: unknown): string {
  if (!(error instanceof ApiError)) return PASSING;
  const known = SAID[error.code];
  if (known) return known;
  if (error.status >= 500) return PASSING;
  return sentence(error.message);
}

/** The server writes "a password has 10 to 200 characters". */
function sentence(message: string): string {
  const text = message.trim();
  if (!text) return PASSING;
  return text[0]?.toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}
