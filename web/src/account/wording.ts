// What a refusal of the server's means, and what to do about it, in a sentence.
import { ApiError } from "@/api/request";
import { account as english, type AccountWords } from "@/words/en-account";

/** What only the desk meets, which speaks English alone. */
const AT_THE_DESK: Record<string, string> = {
  "invitation.used": "Somebody has come in by this link already, so it cannot be taken back.",
  "interview.ended": "This interview is over, so it needs no link any more.",
  "accommodation.granted": "This was granted already.",
  "member.last_admin": "An organization keeps at least one admin. Make somebody else one first.",
  "member.active": "They have a password already, and need no link.",
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
};

/** Of a sign-in that went by the provider's page. */
export function saidOfOpenId(code: string, words: AccountWords): string {
  return found(words.openId, code) ?? found(words.refusals, code) ?? words.passing;
}

/** Of a code that came by other ways than a refusal. */
export function saidOfCode(code: string): string {
  return known(code, english) ?? english.passing;
}

export function saidOf(error: unknown, words: AccountWords = english): string {
  if (!(error instanceof ApiError)) return words.passing;
  const said = known(error.code, words);
  if (said) return said;
  const message = sentence(error.message);
  if (error.status >= 500 || !message) return words.passing;
  return words.fromServer(message, error.code);
}

function known(code: string, words: AccountWords): string | undefined {
  return found(words.refusals, code) ?? (words === english ? found(AT_THE_DESK, code) : undefined);
}

/** Anybody may have written a code into the address bar. */
function found(said: Record<string, string>, code: string): string | undefined {
  return Object.hasOwn(said, code) ? said[code] : undefined;
}

/** The server writes "a password has 10 to 200 characters". */
function sentence(message: string): string {
  const text = message.trim();
  if (!text) return "";
  return text[0]?.toUpperCase() + text.slice(1) + (/[.!?]$/.test(text) ? "" : ".");
}
