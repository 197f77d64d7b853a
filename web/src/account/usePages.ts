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
}

/** Asked anew whenever `load` is another function; what is there stays until the answer. */
export function usePages<Item>(load: (cursor: string | null) => Promise<Page<Item>>): Listed<Item> {
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
  return { ...pages, more: next === null ? null : () => void ask(next), reload: () => void ask(null) };
}
