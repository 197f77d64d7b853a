"use client";

import { Quiet } from "@/ui/Quiet";
import ui from "@/ui/ui.module.css";
import { useWords } from "@/words/useWords";

export default function Broken({ reset }: { reset: () => void }) {
  const { broken: words } = useWords();
  return (
    <Quiet title={words.title}>
      <p className={ui.lead} role="alert">
        {words.text}
      </p>
      <button type="button" className={ui.primary} onClick={reset}>
        {words.goOn}
      </button>
    </Quiet>
  );
}
