"use client";

import { useState } from "react";
import { discardDraft } from "@/api/plans";
import { useAction } from "@/account/useAction";
import { Confirm } from "@/ui/Confirm";
import { Problem } from "@/ui/Problem";
import desk from "../desk.module.css";

export function DiscardDraft({ roleId, onOver }: { roleId: string; onOver: () => void }) {
  const { busy, problem, run } = useAction();
  const [asking, setAsking] = useState(false);
  return (
    <div>
      <Problem text={problem} />
      <button type="button" className={desk.small} disabled={busy} onClick={() => setAsking(true)}>
        Discard this draft
      </button>
      <Confirm
        act="discard"
        open={asking}
        title="Discard this draft?"
        yes="Discard"
        no="Keep it"
        onYes={() => {
          setAsking(false);
          void run(() => discardDraft(roleId)).then((done) => done && onOver());
        }}
        onNo={() => setAsking(false)}
      >
        All of it goes, also what others wrote. Versions that were approved stay.
      </Confirm>
    </div>
  );
}
