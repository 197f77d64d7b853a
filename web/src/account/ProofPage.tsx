"use client";

import Link from "next/link";
import { useState } from "react";
import { proveAddress } from "@/api/account";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import styles from "./account.module.css";
import { Door } from "./Door";
import { RequireAccount } from "./RequireAccount";
import { useAccount } from "./signed-in";
import { useAction } from "./useAction";
import { useMailedToken } from "./useMailedToken";

/** What the mail after registering leads to. Who follows it is asked which account they mean: they
 * may have been mailed for one that somebody else has made. */
export function ProofPage() {
  const { token } = useMailedToken();
  return (
    <RequireAccount>
      <Confirm token={token} />
    </RequireAccount>
  );
}

function Confirm({ token }: { token: string | null }) {
  const account = useAccount();
  const { busy, problem, run } = useAction();
  const [done, setDone] = useState(false);

  if (done || account.address_proved_at) {
    return (
      <Door title="Your address is confirmed">
        <p className={ui.lead} role="status" data-testid="address-proved">
          {account.email} is yours. You can add people and make API keys now.
        </p>
        <Link className={ui.primary} href="/desk/">
          Go to your desk
        </Link>
      </Door>
    );
  }
  if (!token) {
    return (
      <Door title="Confirm your address" lead="Open the link in the mail that we sent you, in this browser.">
        <nav className={styles.links} aria-label="Other ways">
          <Link href="/account/">Have it sent again</Link>
        </nav>
      </Door>
    );
  }
  return (
    <Door title="Is this your account?" lead={`${account.email}, ${account.role} at ${account.organization_name}`}>
      <Problem text={problem} />
      <button
        type="button"
        className={`${ui.primary} ${styles.whole}`}
        disabled={busy}
        onClick={() => void run(() => proveAddress(token)).then(setDone)}
        data-testid="prove-address"
      >
        {busy ? "One moment…" : "Yes, confirm the address"}
      </button>
    </Door>
  );
}
