"use client";

import { useState } from "react";
import { eraseInterview, type Receipt } from "@/api/desk";
import type { Action } from "@/account/useAction";
import { Confirm } from "@/ui/Confirm";
import styles from "./desk.module.css";

/** For admins: erases an interview for good, and shows the receipt for it. */
export function EraseInterview(props: { interviewId: string; candidate: string; action: Action }) {
  const { interviewId, candidate, action } = props;
  const [asking, setAsking] = useState(false);
  const [receipt, setReceipt] = useState<Receipt | null>(null);

  const erase = () => {
    setAsking(false);
    void action.run(async () => setReceipt(await eraseInterview(interviewId)));
  };

  if (receipt) {
    return (
      <p className={styles.sub} role="status" data-testid="receipt">
        {receipt.completed_at ? "Erased" : "Being erased"}. Receipt {receipt.receipt_id}
      </p>
    );
  }
  return (
    <>
      <button
        type="button"
        className={styles.small}
        disabled={action.busy}
        onClick={() => setAsking(true)}
        aria-label={`Erase ${candidate}`}
      >
        Erase
      </button>
      <Confirm
        act={`erase-${interviewId}`}
        open={asking}
        title={`Erase the interview of ${candidate} for good?`}
        yes="Erase"
        no="Keep it"
        onYes={erase}
        onNo={() => setAsking(false)}
      >
        It ends at once if it is under way, and all that is kept of it is erased. Nobody can bring it back.
      </Confirm>
    </>
  );
}
