"use client";

import Link from "next/link";
import { useState, type FormEvent } from "react";
import { forgotPassword, resetPassword } from "@/api/account";
import { Field } from "@/ui/Field";
import form from "@/ui/form.module.css";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { useHydrated } from "@/ui/useHydrated";
import styles from "./account.module.css";
import { Door } from "./Door";
import { NewPassword } from "./NewPassword";
import { ReadersLanguage } from "./ReadersLanguage";
import { useAccountWords } from "./spoken";
import { useAction } from "./useAction";
import { useMailedToken } from "./useMailedToken";

export function ResetPage() {
  const { token, forget } = useMailedToken();
  return (
    <ReadersLanguage title="reset">{token ? <Choose token={token} onAgain={forget} /> : <Ask />}</ReadersLanguage>
  );
}

function Ask() {
  const all = useAccountWords();
  const words = all.reset;
  const hydrated = useHydrated();
  const { busy, problem, run } = useAction();
  const [email, setEmail] = useState("");
  const [asked, setAsked] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    void run(() => forgotPassword(email.trim())).then(setAsked);
  };

  if (asked) {
    return (
      <Door title={words.asked}>
        <p className={ui.lead} role="status" data-testid="reset-asked">
          {words.askedText}
        </p>
        <Link className={styles.tap} href="/login/">
          {words.back}
        </Link>
      </Door>
    );
  }
  return (
    <Door title={words.title} lead={words.lead}>
      <form className={form.form} method="post" onSubmit={submit} data-testid="forgot-form">
        <Field label={all.address} type="email" autoComplete="username" required value={email} onValue={setEmail} />
        <Problem text={problem} />
        <button type="submit" className={`${ui.primary} ${styles.whole}`} disabled={busy || !hydrated}>
          {busy ? all.moment : words.send}
        </button>
      </form>
      <nav className={styles.links} aria-label={all.otherWaysIn}>
        <Link href="/login/">{words.back}</Link>
      </nav>
    </Door>
  );
}

function Choose({ token, onAgain }: { token: string; onAgain: () => void }) {
  const { reset: words, signIn, moment } = useAccountWords();
  const hydrated = useHydrated();
  const { busy, problem, run } = useAction();
  const [password, setPassword] = useState("");
  const [done, setDone] = useState(false);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    void run(() => resetPassword(token, password)).then(setDone);
  };

  if (done) {
    return (
      <Door title={words.done}>
        <p className={ui.lead} role="status" data-testid="reset-done">
          {words.doneText}
        </p>
        <Link className={ui.primary} href="/login/">
          {signIn}
        </Link>
      </Door>
    );
  }
  return (
    <Door title={words.choose}>
      <form className={form.form} method="post" onSubmit={submit} data-testid="reset-form">
        <NewPassword value={password} onValue={setPassword} />
        <Problem text={problem} />
        <button type="submit" className={`${ui.primary} ${styles.whole}`} disabled={busy || !hydrated}>
          {busy ? moment : words.set}
        </button>
      </form>
      <div className={styles.links}>
        <button type="button" className={ui.button} onClick={onAgain}>
          {words.again}
        </button>
      </div>
    </Door>
  );
}
