"use client";

import { useCallback, useState, type FormEvent } from "react";
import { listRoles } from "@/api/rest";
import { invite, type Issued } from "@/api/desk";
import { everyOwnRole } from "@/api/plans";
import { useAction } from "@/account/useAction";
import { useLoaded } from "@/account/useLoaded";
import { Choice, Field } from "@/ui/Field";
import form from "@/ui/form.module.css";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import styles from "./desk.module.css";

const DAYS = ["1", "3", "7", "14", "30", "90"];

interface Props {
  /** Of the one plan to invite by; else it is chosen. */
  plan?: { hash: string; name: string };
  onIssued: (issued: Issued) => void;
}

/** What can be invited by: approved plans of the organization's own roles, and built-in ones. */
async function choices(): Promise<{ own: Option[]; builtin: Option[] }> {
  const [own, builtin] = await Promise.all([everyOwnRole(), listRoles()]);
  return {
    own: own.flatMap(({ approved_hash, title }) => (approved_hash ? [{ value: approved_hash, title }] : [])),
    builtin: builtin.map(({ role, title }) => ({ value: role, title })),
  };
}

interface Option {
  value: string;
  title: string;
}

export function InviteForm({ plan, onIssued }: Props) {
  const isFixed = plan !== undefined;
  const roles = useLoaded(useCallback(async () => (isFixed ? null : await choices()), [isFixed]));
  const { busy, problem, run } = useAction();
  const [chosen, setChosen] = useState("");
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [days, setDays] = useState("14");
  const own = roles.data?.own ?? [];
  const builtin = roles.data?.builtin ?? [];
  const role = plan?.hash ?? (chosen || (own[0] ?? builtin[0])?.value || "");
  const isOwn = isFixed || own.some(({ value }) => value === role);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || !role) return;
    const wanted = {
      ...(isOwn ? { plan: role } : { role }),
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
      {plan && <p className={ui.small}>They are asked what {plan.name} of this plan asks.</p>}
      <form className={plan ? form.form : form.across} onSubmit={(event) => void submit(event)} data-testid="invite-form">
        {!plan && (
          <Choice label="Role" value={role} onValue={setChosen} required disabled={!roles.data}>
            {!roles.data && <option value="">Loading…</option>}
            {own.length > 0 && <optgroup label="Your roles">{own.map(option)}</optgroup>}
            {own.length > 0 ? <optgroup label="Built in">{builtin.map(option)}</optgroup> : builtin.map(option)}
          </Choice>
        )}
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

function option({ value, title }: Option) {
  return (
    <option key={value} value={value}>
      {title}
    </option>
  );
}
