"use client";

import { useEffect, useSyncExternalStore } from "react";
import { de } from "./de";
import { en, type Words } from "./en";
import { languageChoice, type Language } from "./language";

const WORDS: Record<Language, Words> = { en, de };

export function useLanguage(): Language {
  // The files that are served are in English, and so is what React first finds.
  return useSyncExternalStore(subscribe, current, () => "en");
}

export function useWords(): Words {
  return WORDS[useLanguage()];
}

/** For a whole page: the document is in its language, and has its title. Pages that speak one
 * language only find it in English again. */
export function usePageWords(title: keyof Words["titles"]): Words {
  const language = useLanguage();
  const words = WORDS[language];
  useEffect(() => {
    document.documentElement.lang = language;
    return () => {
      document.documentElement.lang = "en";
    };
  }, [language]);
  useEffect(() => {
    document.title = words.titles[title];
  }, [words, title]);
  return words;
}

const subscribe = (watcher: () => void) => languageChoice().subscribe(watcher);
const current = () => languageChoice().current();
