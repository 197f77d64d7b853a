"use client";

import Link from "next/link";
import { useState } from "react";
import { saveExport, withdrawConsent } from "@/api/account";
import { Confirm } from "@/ui/Confirm";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { useAccountWords } from "./spoken";
import { useAction } from "./useAction";

/** A candidate's one interview, and what is kept of it. */
export function OwnInterview({ interviewId }: { interviewId: string }) {
  const { interview: words } = useAccountWords();
  const { busy, problem, run } = useAction();
  const [asking, setAsking] = useState(false);
  const [erasing, setErasing] = useState(false);

  const withdraw = () => {
    setAsking(false);
    void run(() => withdrawConsent(interviewId)).then(setErasing);
  };

  if (erasing) {
    return (
      <p className={ui.lead} role="status" data-testid="withdrawn">
        {words.withdrawn}
      </p>
    );
  }
  return (
    <>
      <p>{words.kept}</p>
      <Problem text={problem} />
      <div className={ui.row}>
        <Link className={ui.button} href={`/interview/?id=${encodeURIComponent(interviewId)}`}>
          {words.go}
        </Link>
        <button
          type="button"
          className={ui.button}
          disabled={busy}
          onClick={() => void run(() => saveExport(interviewId))}
        >
          {words.save}
        </button>
        <button type="button" className={ui.danger} disabled={busy} onClick={() => setAsking(true)}>
          {words.withdraw}
        </button>
      </div>
      <Confirm
        act="erase"
        open={asking}
        title={words.sure}
        yes={words.yes}
        no={words.no}
        onYes={withdraw}
        onNo={() => setAsking(false)}
      >
        {words.sureText}
      </Confirm>
    </>
  );
}
