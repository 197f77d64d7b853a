"use client";

import { useCallback, useState, type FormEvent } from "react";
import { listRoles } from "@/api/rest";
import { invite, type Issued } from "@/api/desk";
import { useAction } from "@/account/useAction";
import { useLoaded } from "@/account/useLoaded";
import { Choice, Field } from "@/ui/Field";
import form from "@/ui/form.module.css";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import styles from "./desk.module.css";

const DAYS = ["1", "3", "7", "14", "30", "90"];

export function InviteForm({ onIssued }: { onIssued: (issued: Issued) => void }) {
  const roles = useLoaded(useCallback(() => listRoles(), []));
  const { busy, problem, run } = useAction();
  const [chosen, setChosen] = useState("");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [days, setDays] = useState("14");
  const role = chosen || (roles.data?.[0]?.role ?? "");

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || !role) return;
    const wanted = {
      role,
      candidate_name: name.trim(),
      candidate_email: email.trim() || null,
      expires_in_days: Number(days),
    };
    if (!(await run(async () => onIssued(await invite(wanted))))) return;
    setName("");
    setEmail("");
  };

  return (
    <section className={styles.panel} aria-labelledby="invite">
      <h2 id="invite">Invite a candidate</h2>
      <form className={form.across} onSubmit={(event) => void submit(event)} data-testid="invite-form">
        <Choice label="Role" value={role} onValue={setChosen} required disabled={!roles.data}>
          {!roles.data && <option value="">Loading…</option>}
          {roles.data?.map(({ role: value, title }) => (
            <option key={value} value={value}>
              {title}
            </option>
          ))}
        </Choice>
        <Choice label="The link is good for" value={days} onValue={setDays}>
          {DAYS.map((value) => (
            <option key={value} value={value}>
              {value === "1" ? "1 day" : `${value} days`}
            </option>
          ))}
        </Choice>
        <Field
          label="Candidate's name"
          hint="The interviewer greets them by it."
          maxLength={120}
          autoComplete="off"
          value={name}
          onValue={setName}
        />
        <Field
          label="Their mail address (optional)"
          hint="The link is sent there as well."
          type="email"
          autoComplete="off"
          value={email}
          onValue={setEmail}
        />
        <div className={form.whole}>
          <Problem text={problem || roles.problem} />
        </div>
        <div className={form.whole}>
          <button type="submit" className={ui.primary} disabled={busy || !role}>
            {busy ? "One moment…" : "Make the link"}
          </button>
        </div>
      </form>
    </section>
  );
}
