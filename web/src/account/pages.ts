// A list that comes page by page, as one reducer over what happens to it.
import type { Page } from "@/api/desk";

export interface Pages<Item> {
  /** Null until the first answer. */
  items: Item[] | null;
  next: string | null;
  busy: boolean;
  problem: string;
  /** The request whose answer is awaited; others come too late. */
  asked: number;
}

export type Happened<Item> =
  | { type: "asked"; request: number }
  | { type: "answered"; request: number; page: Page<Item>; more: boolean }
  | { type: "failed"; request: number; problem: string }
  /** Asked for anew without anybody noticing: `page` is all that was there, as it is now. */
  | { type: "refreshed"; request: number; page: Page<Item> };

export const NO_PAGES = { items: null, next: null, busy: true, problem: "", asked: 0 };

export function turned<Item>(pages: Pages<Item>, happened: Happened<Item>): Pages<Item> {
  if (happened.type === "asked") return { ...pages, busy: true, problem: "", asked: happened.request };
  if (happened.request !== pages.asked) return pages;
  if (happened.type === "failed") return { ...pages, busy: false, problem: happened.problem };
  if (happened.type === "refreshed") {
    // Somebody asked for something else meanwhile, which is on its way.
    if (pages.busy) return pages;
    return { ...pages, items: happened.page.items, next: happened.page.next_cursor, problem: "" };
  }
  const { items, next_cursor } = happened.page;
  const before = happened.more ? (pages.items ?? []) : [];
  return { ...pages, items: [...before, ...items], next: next_cursor, busy: false };
}
