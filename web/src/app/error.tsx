"use client";

import { Quiet } from "@/ui/Quiet";
import ui from "@/ui/ui.module.css";
import { useFewWords } from "@/words/few";

export default function Broken({ reset }: { reset: () => void }) {
  const words = useFewWords();
  return (
    <Quiet title={words.broken}>
      <p className={ui.lead} role="alert">
        {words.brokenText}
      </p>
      <button type="button" className={ui.primary} onClick={reset}>
        {words.goOn}
      </button>
    </Quiet>
  );
}
