import { pad as de } from "@/words/de-pad";
import { pad as en, type PadWords } from "@/words/en-pad";
import type { Language } from "@/words/language";
import { useLanguage } from "@/words/useWords";

/** They come with the pad, which is fetched when there is one. */
export const PAD_WORDS: Record<Language, PadWords> = { en, de };

export function usePadWords(): PadWords {
  return PAD_WORDS[useLanguage()];
}
