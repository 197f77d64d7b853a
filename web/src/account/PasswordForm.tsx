"use client";

import { useState, type FormEvent } from "react";
import { changePassword } from "@/api/account";
import { Field } from "@/ui/Field";
import form from "@/ui/form.module.css";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { NewPassword } from "./NewPassword";
import { useAccount } from "./signed-in";
import { useAccountWords } from "./spoken";
import { useAction } from "./useAction";

export function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const account = useAccount();
  const { password: words, moment } = useAccountWords();
  const { busy, problem, run } = useAction();
  const [current, setCurrent] = useState("");
  const [chosen, setChosen] = useState("");
  const [done, setDone] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setDone(false);
    if (!(await run(() => changePassword(current, chosen)))) return;
    setCurrent("");
    setChosen("");
    setDone(true);
    onChanged();
  };

  return (
    <form className={form.form} onSubmit={(event) => void submit(event)} data-testid="password-form">
      {/* Which account a password manager saves it for. */}
      <input type="hidden" autoComplete="username" value={account.email ?? ""} />
      <Field
        label={words.current}
        type="password"
        autoComplete="current-password"
        required
        value={current}
        onValue={setCurrent}
      />
      <NewPassword advice={words.others} value={chosen} onValue={setChosen} />
      <Problem text={problem} />
      <div className={ui.row}>
        <button type="submit" className={ui.button} disabled={busy}>
          {busy ? moment : words.change}
        </button>
        <p className={ui.small} role="status" data-testid="password-changed">
          {done && words.changed}
        </p>
      </div>
    </form>
  );
}
