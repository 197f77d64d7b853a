"use client";

import { Quiet } from "@/ui/Quiet";
import { useFewWords } from "@/words/few";

export default function NotFound() {
  const words = useFewWords();
  return (
    <Quiet title={words.noPage}>
      {/* eslint-disable-next-line @next/next/no-html-link-for-pages -- this stands behind every page:
          none of them pays for <Link> on its behalf. */}
      <a href="/">{words.toStart}</a>
    </Quiet>
  );
}
