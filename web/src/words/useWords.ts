"use client";

import { useEffect, useLayoutEffect, useSyncExternalStore } from "react";
import type { Words } from "./en";
import type { Language } from "./language";
import { spoken, watchSpoken, wordsOf } from "./spoken";

export function useLanguage(): Language {
  // The files that are served are in English, and so is what React first finds.
  return useSyncExternalStore(watchSpoken, spoken, () => "en");
}

export function useWords(): Words {
  return wordsOf(useLanguage());
}

/** For a whole page. */
export function usePageWords(title: keyof Words["titles"]): Words {
  const language = useLanguage();
  const words = wordsOf(language);
  useDocument(language, words.titles[title]);
  return words;
}

/** The document is in the page's language, and has its title. Pages that speak one language only
 * find it in English again. */
export function useDocument(language: Language, title: string): void {
  useEffect(() => {
    document.documentElement.lang = language;
    return () => {
      document.documentElement.lang = "en";
    };
  }, [language]);
  useLayoutEffect(() => {
    const keep = () => {
      if (document.title !== title) document.title = title;
    };
    keep();
    // The one that was served comes back once more while the page wakes up.
    const observer = new MutationObserver(keep);
    observer.observe(document.head, { childList: true, subtree: true, characterData: true });
    return () => observer.disconnect();
  }, [title]);
}
