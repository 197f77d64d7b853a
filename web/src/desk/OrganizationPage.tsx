"use client";

import { useState, type FormEvent } from "react";
import { changeRetention, readOrganization, type Organization } from "@/api/desk";
import { Shell } from "@/account/Shell";
import { useAction } from "@/account/useAction";
import { useLoaded } from "@/account/useLoaded";
import { Confirm } from "@/ui/Confirm";
import { Field } from "@/ui/Field";
import form from "@/ui/form.module.css";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import styles from "./desk.module.css";
import { SightSettings } from "./SightSettings";
import { keptFor } from "./words";

export function OrganizationPage() {
  const { data, problem } = useLoaded(readOrganization);
  return (
    <Shell title="Organization">
      <Problem text={problem} />
      {!data && !problem && <p role="status">Loading…</p>}
      {data && <SightSettings organization={data} />}
      {data && <Retention organization={data} />}
    </Shell>
  );
}

/** How long interviews are kept. What is shorter than before may erase some at once. */
function Retention({ organization }: { organization: Organization }) {
  const { busy, problem, run } = useAction();
  const [kept, setKept] = useState(organization.retention_days);
  const [days, setDays] = useState(kept === null ? "" : String(kept));
  const [asking, setAsking] = useState(false);
  const wanted = days.trim() === "" ? null : Number(days);

  const save = async () => {
    setAsking(false);
    if (await run(() => changeRetention(wanted))) setKept(wanted);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    if (wanted !== null && (kept === null || wanted < kept)) setAsking(true);
    else void save();
  };

  return (
    <section className={styles.panel} aria-labelledby="retention">
      <h2 id="retention">Retention</h2>
      <p role="status" data-testid="retention">
        {keptFor(kept)}
      </p>
      <form className={form.across} onSubmit={submit} data-testid="retention-form">
        <Field
          label="Days to keep an interview"
          hint="After its end, or after its invitation expired. Empty: until somebody erases it."
          type="number"
          min={1}
          max={3650}
          step={1}
          value={days}
          onValue={setDays}
        />
        <div className={form.whole}>
          <Problem text={problem} />
        </div>
        <div className={`${form.whole} ${ui.row}`}>
          <button type="submit" className={ui.primary} disabled={busy || wanted === kept}>
            {busy ? "One moment…" : "Save"}
          </button>
        </div>
      </form>
      <Confirm
        act="retention"
        open={asking}
        title="Keep interviews for a shorter time?"
        yes="Keep them for less"
        no="Leave it"
        onYes={() => void save()}
        onNo={() => setAsking(false)}
      >
        Those that are older than {wanted} days are erased at once. Nobody can bring them back.
      </Confirm>
    </section>
  );
}
