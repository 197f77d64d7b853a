"use client";

import { createContext, useContext } from "react";
import { account as english, type AccountWords } from "@/words/en-account";
import type { Language } from "@/words/language";

export interface Spoken {
  language: Language;
  words: AccountWords;
}

/** English where no page says otherwise: the desk speaks nothing else, and has the same head. */
export const SpokenContext = createContext<Spoken>({ language: "en", words: english });

export function useSpoken(): Spoken {
  return useContext(SpokenContext);
}

export function useAccountWords(): AccountWords {
  return useSpoken().words;
}
