"use client";

import { useCallback } from "react";
import { listDevices } from "@/api/account";
import ui from "@/ui/ui.module.css";
import { LanguageSwitch } from "@/words/LanguageSwitch";
import styles from "./account.module.css";
import { Devices } from "./Devices";
import { OwnInterview } from "./OwnInterview";
import { PasswordForm } from "./PasswordForm";
import { ReadersLanguage } from "./ReadersLanguage";
import { RequireAccount } from "./RequireAccount";
import { Shell } from "./Shell";
import { useAccount } from "./signed-in";
import { useAccountWords } from "./spoken";
import { UnprovedAddress } from "./UnprovedAddress";
import { useLoaded } from "./useLoaded";

export function AccountPage() {
  return (
    <ReadersLanguage title="account">
      <RequireAccount aside={<LanguageSwitch />}>
        <Own />
      </RequireAccount>
    </ReadersLanguage>
  );
}

function Own() {
  const { account: words } = useAccountWords();
  return (
    <Shell title={words.title} aside={<LanguageSwitch />}>
      <Sections />
    </Shell>
  );
}

function Sections() {
  const account = useAccount();
  const words = useAccountWords();
  const devices = useLoaded(useCallback(() => listDevices(), []));
  return (
    <div className={styles.sections}>
      <p className={ui.lead} data-testid="account">
        {account.name && `${account.name}, `}
        {account.email && `${account.email}, `}
        {words.standing(account.role, account.organization_name)}
      </p>
      {account.email && account.role !== "candidate" && !account.address_proved_at && (
        <section className={styles.section} aria-labelledby="address">
          <h2 id="address">{words.proof.title}</h2>
          <UnprovedAddress email={account.email} />
        </section>
      )}
      {account.interview_id && (
        <section className={styles.section} aria-labelledby="own-interview">
          <h2 id="own-interview">{words.account.interview}</h2>
          <OwnInterview interviewId={account.interview_id} />
        </section>
      )}
      {account.email && (
        <section className={`${styles.section} ${styles.narrow}`} aria-labelledby="password">
          <h2 id="password">{words.account.password}</h2>
          <PasswordForm onChanged={devices.reload} />
        </section>
      )}
      <section className={styles.section} aria-labelledby="devices">
        <h2 id="devices">{words.account.devices}</h2>
        <Devices devices={devices} />
      </section>
    </div>
  );
}
