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
import { useAction } from "./useAction";
import { useMailedToken } from "./useMailedToken";

export function ResetPage() {
  const { token, forget } = useMailedToken();
  return token ? <Choose token={token} onAgain={forget} /> : <Ask />;
}

function Ask() {
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
      <Door title="Look into your mail">
        <p className={ui.lead} role="status" data-testid="reset-asked">
          If there is an account for that address, a link to set a new password is on its way. It works once, within
          an hour.
        </p>
        <Link className={styles.tap} href="/login/">Back to signing in</Link>
      </Door>
    );
  }
  return (
    <Door title="Set a new password" lead="We send a link to the address of your account.">
      <form className={form.form} method="post" onSubmit={submit} data-testid="forgot-form">
        <Field label="Mail address" type="email" autoComplete="username" required value={email} onValue={setEmail} />
        <Problem text={problem} />
        <button type="submit" className={`${ui.primary} ${styles.whole}`} disabled={busy || !hydrated}>
          {busy ? "One moment…" : "Send the link"}
        </button>
      </form>
      <nav className={styles.links} aria-label="Other ways in">
        <Link href="/login/">Back to signing in</Link>
      </nav>
    </Door>
  );
}

function Choose({ token, onAgain }: { token: string; onAgain: () => void }) {
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
      <Door title="Your password is set">
        <p className={ui.lead} role="status" data-testid="reset-done">
          All devices have been signed out. Sign in with the new password.
        </p>
        <Link className={ui.primary} href="/login/">
          Sign in
        </Link>
      </Door>
    );
  }
  return (
    <Door title="Choose a password">
      <form className={form.form} method="post" onSubmit={submit} data-testid="reset-form">
        <NewPassword value={password} onValue={setPassword} />
        <Problem text={problem} />
        <button type="submit" className={`${ui.primary} ${styles.whole}`} disabled={busy || !hydrated}>
          {busy ? "One moment…" : "Set the password"}
        </button>
      </form>
      <div className={styles.links}>
        <button type="button" className={ui.button} onClick={onAgain}>
          Ask for a new link
        </button>
      </div>
    </Door>
  );
}
