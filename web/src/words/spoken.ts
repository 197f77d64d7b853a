// The dictionaries that have been fetched. English comes with the page, the others when spoken.
import { en, type Words } from "./en";
import { languageChoice, type Language } from "./language";

const FETCH: Record<Exclude<Language, "en">, () => Promise<Words>> = {
  de: async () => (await import("./de")).de,
};

const here: Partial<Record<Language, Words>> = { en };

/** As chosen, or English until that is here; and where it cannot be had. */
export function spoken(): Language {
  const wanted = languageChoice().current();
  return here[wanted] ? wanted : "en";
}

export function wordsOf(language: Language): Words {
  return here[language] ?? en;
}

export function watchSpoken(watcher: () => void): () => void {
  const look = () => {
    const wanted = languageChoice().current();
    if (wanted === "en" || here[wanted]) return watcher();
    void FETCH[wanted]().then(
      (words) => {
        here[wanted] = words;
        watcher();
      },
      () => undefined,
    );
  };
  look();
  return languageChoice().subscribe(look);
}
