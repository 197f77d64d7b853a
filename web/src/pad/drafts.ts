// What was written and is not safe on the server yet, for a page that is closed or crashes.
// Best effort: where there is no storage, the copy in memory must do.
import { draftedQuestions, draftKey, forgetDrafts } from "./draft-keys";
import type { Language } from "./pad";

export interface Draft {
  language: Language;
  text: string;
  /** Of the server, which it was written on: on another one it is out of date. */
  revision: number;
  /** Fingerprints of what was sent since then, and may have arrived unbeknown to the page. Missing
   * in what older pages have left. */
  sent?: string[];
}

export interface Drafts {
  save(questionId: string, draft: Draft): void;
  load(questionId: string): Draft | null;
  /** Of which there are drafts. */
  questions(): string[];
  remove(questionId: string): void;
  /** All of the interview. */
  clear(): void;
}

/** Tells texts of one pad apart; FNV-1a, and its length. */
export function fingerprint(language: Language, text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return `${language}.${text.length}.${hash >>> 0}`;
}

/** What an earlier page has left of other questions: they are over, and it is late, not lost. */
export function* leftBehind(drafts: Drafts, questionId: string) {
  for (const question_id of drafts.questions()) {
    const left = question_id === questionId ? null : drafts.load(question_id);
    if (left) yield { question_id, edit: 0, language: left.language, text: left.text };
  }
}

export class StoredDrafts implements Drafts {
  constructor(private readonly interviewId: string) {}

  save(questionId: string, draft: Draft): void {
    try {
      localStorage.setItem(this.key(questionId), JSON.stringify(draft));
    } catch {
      // Full, or not allowed.
    }
  }

  load(questionId: string): Draft | null {
    try {
      const kept = localStorage.getItem(this.key(questionId));
      return kept === null ? null : (JSON.parse(kept) as Draft);
    } catch {
      return null;
    }
  }

  remove(questionId: string): void {
    try {
      localStorage.removeItem(this.key(questionId));
    } catch {
      // As above.
    }
  }

  questions(): string[] {
    return draftedQuestions(this.interviewId);
  }

  clear(): void {
    forgetDrafts(this.interviewId);
  }

  private key(questionId: string): string {
    return draftKey(this.interviewId, questionId);
  }
}
