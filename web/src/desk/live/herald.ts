// What is said aloud of what happens: one sentence at a time, with a rest after each. No React.

/** Between two of them. Whoever listens has other things to hear as well. */
export const REST_MS = 6_000;

/** `standing`: how it stands now, in a sentence; empty where it stands as before. `count` lines are
 * new, the last one of them `by`. */
export interface News {
  standing: string;
  by: string;
  count: number;
}

export class Herald {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private standing = "";
  private by = "";
  private count = 0;

  constructor(private readonly say: (text: string) => void) {}

  /** Of several sentences of how it stands, the last one alone is said. */
  tell({ standing, by, count }: News): void {
    if (standing) this.standing = standing;
    if (count > 0) this.by = by;
    this.count += count;
    if (this.timer === null) this.next();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.standing = "";
    this.count = 0;
  }

  private next(): void {
    this.timer = null;
    const said = [this.standing, this.linesIn()].filter(Boolean).join(" ");
    if (!said) return;
    this.standing = "";
    this.count = 0;
    this.say(said);
    this.timer = setTimeout(() => this.next(), REST_MS);
  }

  private linesIn(): string {
    if (this.count === 0) return "";
    return this.count === 1 ? `${this.by} spoke.` : `${this.count} new lines.`;
  }
}
