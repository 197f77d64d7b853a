// Which language candidates' pages speak: as chosen here, as the interview does, as the browser does.

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];

/** Each in itself: whoever looks for theirs may not read the others. */
export const NAMES: Record<Language, string> = { en: "English", de: "Deutsch" };

const DEFAULT: Language = "en";
const KEY = "intervue.language";

export interface Surroundings {
  /** As `navigator.languages`: the best first. */
  readonly browser: readonly string[];
  read(): string | null;
  write(language: Language): void;
}

export class LanguageChoice {
  private readonly watchers = new Set<() => void>();
  private chosen: Language | null;
  private interview: Language | null = null;

  constructor(private readonly around: Surroundings) {
    this.chosen = known(around.read() ?? "");
  }

  readonly current = (): Language => {
    if (this.chosen) return this.chosen;
    if (this.interview) return this.interview;
    for (const tag of this.around.browser) {
      const language = known(tag);
      if (language) return language;
    }
    return DEFAULT;
  };

  readonly choose = (language: Language): void => {
    this.chosen = language;
    this.around.write(language);
    this.changed();
  };

  /** What the interview is held in. English says little about its candidate: plans are, unless
   * somebody says otherwise. One that these pages do not speak says nothing. */
  readonly heldIn = (tag: string): void => {
    const before = this.current();
    const language = known(tag);
    this.interview = language === DEFAULT ? null : language;
    if (this.current() !== before) this.changed();
  };

  readonly subscribe = (watcher: () => void): (() => void) => {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  };

  private changed(): void {
    for (const watcher of this.watchers) watcher();
  }
}

/** Of "de-AT" the German; null where it is none of ours. */
export function known(tag: string): Language | null {
  const [primary] = tag.toLowerCase().split("-");
  return LANGUAGES.find((language) => language === primary) ?? null;
}

function surroundings(): Surroundings {
  return {
    browser: typeof navigator === "undefined" ? [] : (navigator.languages ?? []),
    // Without a storage (private windows) it is chosen anew each time.
    read: () => attempt(() => localStorage.getItem(KEY)),
    write: (language) => void attempt(() => localStorage.setItem(KEY, language)),
  };
}

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}

let choice: LanguageChoice | null = null;

/** The page's. */
export function languageChoice(): LanguageChoice {
  return (choice ??= new LanguageChoice(surroundings()));
}
