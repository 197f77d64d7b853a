"use client";

import Link from "next/link";
import { useState } from "react";
import { proveAddress } from "@/api/account";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { LanguageSwitch } from "@/words/LanguageSwitch";
import styles from "./account.module.css";
import { Door } from "./Door";
import { ReadersLanguage } from "./ReadersLanguage";
import { RequireAccount } from "./RequireAccount";
import { useAccount } from "./signed-in";
import { useAccountWords } from "./spoken";
import { useAction } from "./useAction";
import { useMailedToken } from "./useMailedToken";

/** What the mail after registering leads to. Who follows it is asked which account they mean: they
 * may have been mailed for one that somebody else has made. */
export function ProofPage() {
  const { token } = useMailedToken();
  return (
    <ReadersLanguage title="proof">
      <RequireAccount aside={<LanguageSwitch />}>
        <Confirm token={token} />
      </RequireAccount>
    </ReadersLanguage>
  );
}

function Confirm({ token }: { token: string | null }) {
  const account = useAccount();
  const { proof: words, standing, moment } = useAccountWords();
  const { busy, problem, run } = useAction();
  const [done, setDone] = useState(false);

  if (done || account.address_proved_at) {
    return (
      <Door title={words.done}>
        <p className={ui.lead} role="status" data-testid="address-proved">
          {words.doneText(account.email ?? "")}
        </p>
        <Link className={ui.primary} href="/desk/">
          {words.onward}
        </Link>
      </Door>
    );
  }
  if (!token) {
    return (
      <Door title={words.title} lead={words.lead}>
        <nav className={styles.links} aria-label={words.otherWays}>
          <Link href="/account/">{words.sendAgain}</Link>
        </nav>
      </Door>
    );
  }
  return (
    <Door title={words.isYours} lead={`${account.email}, ${standing(account.role, account.organization_name)}`}>
      <Problem text={problem} />
      <button
        type="button"
        className={`${ui.primary} ${styles.whole}`}
        disabled={busy}
        onClick={() => void run(() => proveAddress(token)).then(setDone)}
        data-testid="prove-address"
      >
        {busy ? moment : words.confirm}
      </button>
    </Door>
  );
}
