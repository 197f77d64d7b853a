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
  "account.address_unproved":
    "First open the link that was mailed to you when you registered. Your account page sends it again.",
  "proof.invalid": "This link was used, is too old, or is of another account. Your account page sends a new one.",
  "invitation.used": "Somebody has come in by this link already, so it cannot be taken back.",
  "interview.ended": "This interview is over, so it needs no link any more.",
  "accommodation.granted": "This was granted already.",
  "member.last_admin": "An organization keeps at least one admin. Make somebody else one first.",
  "member.active": "They have a password already, and need no link.",
  "interview.not_found": "There is no such interview, or it was erased.",
  "interview.erased": "This interview was erased, or is about to be.",
  "interview.not_ended": "Wait until the interview has ended.",
  "role.not_found": "There is no such role.",
  "role.archived": "This role is archived. Restore it first.",
  "plan.draft_exists": "Somebody has begun a draft meanwhile. Load this page anew to see it.",
  "plan.no_draft": "Somebody has approved or discarded this draft meanwhile. Load this page anew.",
  "plan.changed": "Somebody has saved this plan meanwhile. Load this page anew to see it.",
  "proposal.running": "A plan is being drafted already. Load this page anew to see how far it is.",
  "document.unsupported_format": "This is no PDF, DOCX or text file.",
  "document.encrypted": "This file is locked by a password. Save a copy without one.",
  "document.too_large": "This file is larger than 5 MB. Take out its pictures, or write the text here.",
  "document.too_long": "There is too much text in this file. Leave out what the job is not about.",
  "document.unreadable": "This file is damaged: it cannot be read.",
  "document.empty": "There is no text in this file. A scan has to be written down first.",
  "document.timeout": "This file took too long to read. Save it anew, or write the text here.",
  "document.too_many": "There are too many documents already.",
  "interview.started": "The interview has begun: nothing can be changed any more.",
  "tailoring.running": "Questions are being made just now. Wait for their end.",
  "evaluation.running": "It is being scored just now. Wait for its end.",
  "evaluation.too_many": "This interview was scored too often already.",
  "review.handed_in": "You have handed in another rating before, and it stays.",
  "review.first": "Hand in your own rating first: then the scores are shown.",
  "temporal.unavailable": "The scoring service cannot be reached just now. It waits for another try.",
  "webhook.too_many": "There are 20 webhooks already. Remove one first.",
  "webhook.inactive": "This webhook is off. Switch it on first.",
  "delivery.pending": "This is under way already.",
  "oidc.no_account": "There is no account for you here. Ask an admin of your organization to add you.",
};

/** Of a sign-in that went by the provider's page. */
const OPENID: Record<string, string> = {
  "auth.failed": "Your organization's sign-in did not let you in.",
  "oidc.invalid_state": "That sign-in took too long, or was begun in another window. Try again.",
  "oidc.unavailable": "Your organization's sign-in does not answer just now. Try again in a few minutes.",
};

export function saidOfOpenId(code: string): string {
  return OPENID[code] ?? SAID[code] ?? PASSING;
}

const PASSING = "This did not work just now. Try again in a moment.";

/** Of a code that came by other ways than a refusal. */
export function saidOfCode(code: string): string {
  return SAID[code] ?? PASSING;
}

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
