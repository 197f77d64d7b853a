// What was written and is not safe on the server yet, for a page that is closed or crashes.
// Best effort: where there is no storage, the copy in memory must do.
import type { Language } from "./pad";

export interface Draft {
  language: Language;
  text: string;
  /** Of the server, which it was written on: on another one it is out of date. */
  revision: number;
}

export interface Drafts {
  save(questionId: string, draft: Draft): void;
  load(questionId: string): Draft | null;
  remove(questionId: string): void;
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

  private key(questionId: string): string {
    return `intervue.pad.${this.interviewId}.${questionId}`;
  }
}
