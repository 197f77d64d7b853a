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
import { useAction } from "./useAction";
import { useGuest } from "./useGuest";

export function RegisterPage() {
  const { ways, welcome } = useGuest();
  const hydrated = useHydrated();
  const { busy, problem, run } = useAction();
  const [organization, setOrganization] = useState("");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");

  if (ways?.registration === "closed") {
    return (
      <Door title="Registration is closed here" lead="Ask an admin of your organization to add you.">
        <Link href="/login/">Sign in</Link>
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
    <Door title="Register an organization" lead="You become its first admin, and can add colleagues.">
      <form className={form.form} method="post" onSubmit={submit} data-testid="register-form">
        <Field
          label="Organization"
          hint="Candidates see this name."
          autoComplete="organization"
          required
          maxLength={200}
          value={organization}
          onValue={setOrganization}
        />
        <Field label="Your name" autoComplete="name" maxLength={120} value={name} onValue={setName} />
        <Field label="Mail address" type="email" autoComplete="username" required value={email} onValue={setEmail} />
        <NewPassword label="Password" value={password} onValue={setPassword} />
        <Problem text={problem} />
        <button type="submit" className={`${ui.primary} ${styles.whole}`} disabled={busy || !hydrated}>
          {busy ? "One moment…" : "Register"}
        </button>
      </form>
      <nav className={styles.links} aria-label="Other ways in">
        <Link href="/login/">Sign in instead</Link>
      </nav>
    </Door>
  );
}
