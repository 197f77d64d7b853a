"use client";

import Link from "next/link";
import { Quiet } from "@/ui/Quiet";
import { useFewWords } from "@/words/few";

export default function NotFound() {
  const words = useFewWords();
  return (
    <Quiet title={words.noPage}>
      <Link href="/">{words.toStart}</Link>
    </Quiet>
  );
}
