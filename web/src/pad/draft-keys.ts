// Where drafts stand in this browser. Without the pad itself: drafts of an earlier visit are
// forgotten by pages that show none.

export function draftKey(interviewId: string, questionId: string): string {
  return `intervue.pad.${interviewId}.${questionId}`;
}

/** Of which there are drafts. */
export function draftedQuestions(interviewId: string): string[] {
  try {
    const mine = draftKey(interviewId, "");
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(mine));
    return keys.map((key) => key.slice(mine.length));
  } catch {
    // Not allowed: then there are none.
    return [];
  }
}

/** All of the interview. */
export function forgetDrafts(interviewId: string): void {
  for (const questionId of draftedQuestions(interviewId)) {
    localStorage.removeItem(draftKey(interviewId, questionId));
  }
}
