import type { Language } from "@/words/language";

const MOMENT: Intl.DateTimeFormatOptions = { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" };
const MOMENTS: Record<Language, Intl.DateTimeFormat> = {
  en: new Intl.DateTimeFormat("en-GB", MOMENT),
  de: new Intl.DateTimeFormat("de-DE", MOMENT),
};
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** "25 Nov, 15:04", where the reader is. */
export function moment(iso: string, language: Language = "en"): string {
  return MOMENTS[language].format(new Date(iso));
}

/** "25 Nov 2026". */
export function day(iso: string): string {
  return DAY.format(new Date(iso));
}
