"use client";

import Link from "next/link";
import { useState, type FormEvent } from "react";
import { login, openIdStart } from "@/api/account";
import { Field } from "@/ui/Field";
import form from "@/ui/form.module.css";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { useHydrated } from "@/ui/useHydrated";
import styles from "./account.module.css";
import { Door } from "./Door";
import { ReadersLanguage } from "./ReadersLanguage";
import { useAccountWords } from "./spoken";
import { useAction } from "./useAction";
import { useGuest } from "./useGuest";
import { saidOfOpenId } from "./wording";

export function LoginPage() {
  return (
    <ReadersLanguage title="login">
      <Login />
    </ReadersLanguage>
  );
}

function Login() {
  const words = useAccountWords();
  const { ways, welcome } = useGuest();
  const hydrated = useHydrated();
  const { busy, problem, run } = useAction();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [tried, setTried] = useState(false);
  const told = hydrated ? new URLSearchParams(window.location.search) : null;
  const refused = told?.get("problem");

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setTried(true);
    void run(async () => welcome((await login(email.trim(), password)).account));
  };

  return (
    <Door title={words.signIn} lead={words.login.lead}>
      <form className={form.form} method="post" onSubmit={submit} data-testid="login-form">
        <Field
          label={words.address}
          type="email"
          name="email"
          autoComplete="username"
          required
          value={email}
          onValue={setEmail}
        />
        <Field
          label={words.login.password}
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onValue={setPassword}
        />
        <Problem text={problem || (refused && !tried ? saidOfOpenId(refused, words) : "")} />
        <button type="submit" className={`${ui.primary} ${styles.whole}`} disabled={busy || !hydrated}>
          {busy ? words.login.signingIn : words.signIn}
        </button>
      </form>
      {ways?.openid && (
        <>
          <p className={form.or}>{words.login.or}</p>
          <a className={`${ui.button} ${styles.whole}`} href={openIdStart(told?.get("next") ?? null)} data-testid="openid">
            {words.login.openId}
          </a>
        </>
      )}
      <nav className={styles.links} aria-label={words.otherWaysIn}>
        <Link href="/reset-password/">{words.login.forgot}</Link>
        {ways?.registration === "open" && <Link href="/register/">{words.login.register}</Link>}
      </nav>
    </Door>
  );
}
