import type { NoticeText, Offered } from "@/api/rest";
import type { Language } from "@/words/language";

/** In the page's language where there is one: whoever consents has read it in that. */
export function noticeIn(language: Language, { notice, notices = [] }: Pick<Offered, "notice" | "notices">): NoticeText {
  return notices.find((one) => one.language === language) ?? notice;
}
