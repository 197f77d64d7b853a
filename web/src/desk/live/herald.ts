// What is said aloud of what happens: one sentence at a time, with a rest after each. No React.

/** Between two of them. Whoever listens has other things to hear as well. */
export const REST_MS = 6_000;

/** Who spoke last, by name, and how many lines came together. */
export interface Spoken {
  by: string;
  count: number;
}

export class Herald {
  private timer: ReturnType<typeof setTimeout> | null = null;
  private standing = "";
  private spoken: Spoken | null = null;

  constructor(private readonly say: (text: string) => void) {}

  /** It stands otherwise now: said before anything else, and the last such sentence alone. */
  stands(sentence: string): void {
    this.standing = sentence;
    this.next();
  }

  /** `count` lines are new, the last one of them `by`. */
  heard(by: string, count: number): void {
    if (count === 0) return;
    this.spoken = { by, count: (this.spoken?.count ?? 0) + count };
    this.next();
  }

  stop(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.standing = "";
    this.spoken = null;
  }

  private next(): void {
    if (this.timer !== null) return;
    const said = [this.standing, this.spoken ? spokenIn(this.spoken) : ""].filter(Boolean).join(" ");
    if (!said) return;
    this.standing = "";
    this.spoken = null;
    this.say(said);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.next();
    }, REST_MS);
  }
}

export function spokenIn({ by, count }: Spoken): string {
  return count === 1 ? `${by} spoke.` : `${count} new lines, the last by ${by}.`;
}
