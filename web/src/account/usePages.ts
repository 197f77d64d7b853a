"use client";

import { useCallback, useEffect, useReducer, useRef } from "react";
import type { Page } from "@/api/desk";
import { NO_PAGES, turned, type Happened, type Pages } from "./pages";
import { useSignedOut } from "./signed-in";
import { saidOf } from "./wording";

export interface Listed<Item> extends Pages<Item> {
  /** Null on the last page. */
  more: (() => void) | null;
  /** From the first page on. */
  reload: () => void;
  /** What is there as it is now, in its place; nothing is said of it. Raises what `load` does. */
  refresh: () => Promise<void>;
}

/** `limit`: as many as are there already, and no less than a page. */
type Load<Item> = (cursor: string | null, limit?: number) => Promise<Page<Item>>;

/** Longer lists are not refreshed. */
const MOST = 200;

/** Asked anew whenever `load` is another function; what is there stays until the answer. */
export function usePages<Item>(load: Load<Item>): Listed<Item> {
  const signedOut = useSignedOut();
  const requests = useRef(0);
  const [pages, tell] = useReducer<Pages<Item>, [Happened<Item>]>(turned, NO_PAGES);

  const ask = useCallback(
    async (cursor: string | null) => {
      const request = ++requests.current;
      tell({ type: "asked", request });
      try {
        tell({ type: "answered", request, page: await load(cursor), more: cursor !== null });
      } catch (error) {
        const problem = signedOut(error) ? "" : saidOf(error);
        tell({ type: "failed", request, problem });
      }
    },
    [load, signedOut],
  );

  useEffect(() => void ask(null), [ask]);

  const { next } = pages;
  const there = useRef(0);
  useEffect(() => {
    there.current = pages.items?.length ?? 0;
  }, [pages.items]);
  const refresh = useCallback(async () => {
    const request = requests.current;
    if (there.current > MOST) return;
    const page = await load(null, Math.max(there.current, 20));
    tell({ type: "refreshed", request, page });
  }, [load]);

  return { ...pages, refresh, more: next === null ? null : () => void ask(next), reload: () => void ask(null) };
}
