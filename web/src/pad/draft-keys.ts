// Where drafts stand in this browser. Without the pad itself: drafts of an earlier visit are
// forgotten by pages that show none.

export function draftKey(interviewId: string, questionId: string): string {
  return `intervue.pad.${interviewId}.${questionId}`;
}

/** All of the interview. */
export function forgetDrafts(interviewId: string): void {
  try {
    for (const key of Object.keys(localStorage)) {
      if (key.startsWith(draftKey(interviewId, ""))) localStorage.removeItem(key);
    }
  } catch {
    // Not allowed: then there are none.
  }
}
