// Acts of the audit trail that an interview has, in words.

const ACTS: Record<string, string> = {
  "interview.created": "The interview was made.",
  "interview.resumed": "The interview went on, after a pause or an absence.",
  "interview.closed": "The interview came to its end.",
  "interview.exported": "All that is kept was downloaded.",
  "invitation.created": "A link was made.",
  "invitation.reissued": "A new link was made.",
  "invitation.revoked": "A link was taken back.",
  "invitation.accepted": "The link was opened.",
  "consent.given": "Consent was given.",
  "consent.withdrawn": "Consent was withdrawn.",
  "accommodation.requested": "An accommodation was asked for.",
  "accommodation.granted": "An accommodation was granted.",
  "accommodation.declined": "An accommodation was declined.",
  "document.added": "A document was added.",
  "document.refused": "A document could not be read.",
  "document.deleted": "A document was deleted.",
  "tailoring.asked_for": "Probes from the résumé were asked for.",
  "tailoring.proposed": "Probes from the résumé were proposed.",
  "tailoring.changed": "Probes from the résumé were changed.",
  "evaluation.asked_for": "Scores were asked for.",
  "evaluation.made": "The interview was scored.",
  "report.exported": "A report was downloaded.",
  "review.handed_in": "A rating was handed in.",
  "score.overridden": "A score was set right.",
  "decision.made": "A decision was made.",
  "erasure.requested": "Erasure was asked for.",
  "key.destroyed": "The key was destroyed.",
  "interview.erased": "The interview was erased.",
};

/** A newer server may know others. */
export function actIn(action: string): string {
  return ACTS[action] ?? action;
}
