"use client";

import { Quiet } from "@/ui/Quiet";
import { useWords } from "@/words/useWords";

export function Opening() {
  return <Quiet title={useWords().gate.opening} />;
}
