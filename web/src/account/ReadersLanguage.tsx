"use client";

import { useMemo, type ReactNode } from "react";
import { account as de } from "@/words/de-account";
import { account as en, type AccountWords } from "@/words/en-account";
import type { Language } from "@/words/language";
import { useDocument, useLanguage } from "@/words/useWords";
import { SpokenContext } from "./spoken";

/** They come with the pages, which are small. */
export const ACCOUNT_WORDS: Record<Language, AccountWords> = { en, de };

interface Props {
  title: keyof AccountWords["titles"];
  children: ReactNode;
}

/** A whole page that speaks its reader's language, and has its title in it. */
export function ReadersLanguage({ title, children }: Props) {
  const language = useLanguage();
  const words = ACCOUNT_WORDS[language];
  useDocument(language, words.titles[title]);
  const spoken = useMemo(() => ({ language, words }), [language, words]);
  return <SpokenContext value={spoken}>{children}</SpokenContext>;
}
