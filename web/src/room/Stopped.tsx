"use client";

import Link from "next/link";
import type { Session } from "@/session/session";
import type { RoomState } from "@/session/state";
import { Quiet } from "@/ui/Quiet";
import ui from "@/ui/ui.module.css";
import { useWords } from "@/words/useWords";

export function Superseded({ session }: { session: Session }) {
  const { stopped } = useWords();
  return (
    <Quiet title={stopped.elsewhere}>
      <div data-testid="superseded" data-state="superseded" role="status" className={ui.lead}>
        {stopped.elsewhereText}
      </div>
      <button
        type="button"
        className={ui.button}
        onClick={session.takeBack}
        data-testid="take-back"
      >
        {stopped.takeBack}
      </button>
    </Quiet>
  );
}

export function Refused({ state }: { state: RoomState }) {
  const words = useWords();
  return (
    <Quiet title={words.stopped.refused}>
      <p data-testid="refused" data-state="refused" role="alert" className={ui.lead}>
        {state.notice?.text(words)}
      </p>
      <Link href="/" className={ui.button}>
        {words.toStart}
      </Link>
    </Quiet>
  );
}
