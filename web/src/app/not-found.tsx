"use client";

import Link from "next/link";
import { Quiet } from "@/ui/Quiet";
import { useWords } from "@/words/useWords";

export default function NotFound() {
  const words = useWords();
  return (
    <Quiet title={words.noPage}>
      <Link href="/">{words.toStart}</Link>
    </Quiet>
  );
}
