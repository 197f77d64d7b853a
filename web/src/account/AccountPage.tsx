"use client";

import { useCallback } from "react";
import { listDevices } from "@/api/account";
import ui from "@/ui/ui.module.css";
import styles from "./account.module.css";
import { Devices } from "./Devices";
import { OwnInterview } from "./OwnInterview";
import { PasswordForm } from "./PasswordForm";
import { RequireAccount } from "./RequireAccount";
import { Shell } from "./Shell";
import { useAccount } from "./signed-in";
import { UnprovedAddress } from "./UnprovedAddress";
import { useLoaded } from "./useLoaded";

export function AccountPage() {
  return (
    <RequireAccount>
      <Shell title="Your account">
        <Sections />
      </Shell>
    </RequireAccount>
  );
}

function Sections() {
  const account = useAccount();
  const devices = useLoaded(useCallback(() => listDevices(), []));
  return (
    <div className={styles.sections}>
      <p className={ui.lead} data-testid="account">
        {account.name && `${account.name}, `}
        {account.email && `${account.email}, `}
        {account.role} at {account.organization_name}
      </p>
      {account.email && account.role !== "candidate" && !account.address_proved_at && (
        <section className={styles.section} aria-labelledby="address">
          <h2 id="address">Confirm your address</h2>
          <UnprovedAddress email={account.email} />
        </section>
      )}
      {account.interview_id && (
        <section className={styles.section} aria-labelledby="own-interview">
          <h2 id="own-interview">Your interview</h2>
          <OwnInterview interviewId={account.interview_id} />
        </section>
      )}
      {account.email && (
        <section className={`${styles.section} ${styles.narrow}`} aria-labelledby="password">
          <h2 id="password">Password</h2>
          <PasswordForm onChanged={devices.reload} />
        </section>
      )}
      <section className={styles.section} aria-labelledby="devices">
        <h2 id="devices">Devices</h2>
        <Devices devices={devices} />
      </section>
    </div>
  );
}
