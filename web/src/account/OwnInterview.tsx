"use client";

import Link from "next/link";
import { useState } from "react";
import { saveExport, withdrawConsent } from "@/api/account";
import { Confirm } from "@/ui/Confirm";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { useAction } from "./useAction";

/** A candidate's one interview, and what is kept of it. */
export function OwnInterview({ interviewId }: { interviewId: string }) {
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
        Your consent is withdrawn. All that was said, and its recordings, are being erased.
      </p>
    );
  }
  return (
    <>
      <p>
        Your words, their recordings and your consent are kept for the organization that invited you. You may take a
        copy, or have all of it erased.
      </p>
      <Problem text={problem} />
      <div className={ui.row}>
        <Link className={ui.button} href={`/interview/?id=${encodeURIComponent(interviewId)}`}>
          Go to the interview
        </Link>
        <button
          type="button"
          className={ui.button}
          disabled={busy}
          onClick={() => void run(() => saveExport(interviewId))}
        >
          Save a copy
        </button>
        <button type="button" className={ui.danger} disabled={busy} onClick={() => setAsking(true)}>
          Withdraw consent and erase
        </button>
      </div>
      <Confirm
        act="erase"
        open={asking}
        title="Erase your interview for good?"
        yes="Withdraw and erase"
        no="Keep it"
        onYes={withdraw}
        onNo={() => setAsking(false)}
      >
        It ends at once if it is under way, and all that is kept of it is erased. Nobody can bring it back.
      </Confirm>
    </>
  );
}
