"use client";

import Link from "next/link";
import { useState, type FormEvent } from "react";
import { register } from "@/api/account";
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
import { useGuest } from "./useGuest";

export function RegisterPage() {
  return (
    <ReadersLanguage title="register">
      <Register />
    </ReadersLanguage>
  );
}

function Register() {
  const all = useAccountWords();
  const words = all.register;
  const { ways, welcome } = useGuest();
  const hydrated = useHydrated();
  const { busy, problem, run } = useAction();
  const [organization, setOrganization] = useState("");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");

  if (ways?.registration === "closed") {
    return (
      <Door title={words.closed} lead={words.closedLead}>
        <Link href="/login/">{all.signIn}</Link>
      </Door>
    );
  }

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const wanted = { organization: organization.trim(), name: name.trim(), email: email.trim(), password };
    void run(async () => welcome((await register(wanted)).account));
  };

  return (
    <Door title={words.title} lead={words.lead}>
      <form className={form.form} method="post" onSubmit={submit} data-testid="register-form">
        <Field
          label={words.organization}
          hint={words.organizationHint}
          autoComplete="organization"
          required
          maxLength={200}
          value={organization}
          onValue={setOrganization}
        />
        <Field label={words.name} autoComplete="name" maxLength={120} value={name} onValue={setName} />
        <Field label={all.address} type="email" autoComplete="username" required value={email} onValue={setEmail} />
        <NewPassword label={all.login.password} value={password} onValue={setPassword} />
        <Problem text={problem} />
        <button type="submit" className={`${ui.primary} ${styles.whole}`} disabled={busy || !hydrated}>
          {busy ? all.moment : words.register}
        </button>
      </form>
      <nav className={styles.links} aria-label={all.otherWaysIn}>
        <Link href="/login/">{words.instead}</Link>
      </nav>
    </Door>
  );
}
