"use client";

import { Quiet } from "@/ui/Quiet";
import ui from "@/ui/ui.module.css";

export default function Broken({ reset }: { reset: () => void }) {
  return (
    <Quiet title="This page has stumbled">
      <p className={ui.lead} role="alert">
        It is our mistake. Everything you have said so far is saved, and you continue where you
        were.
      </p>
      <button type="button" className={ui.primary} onClick={reset}>
        Continue
      </button>
    </Quiet>
  );
}
