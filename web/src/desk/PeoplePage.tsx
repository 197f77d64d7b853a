"use client";

import { useCallback, useState, type FormEvent } from "react";
import { addMember, changeMember, listMembers, mailMember, type Member } from "@/api/desk";
import { Shell } from "@/account/Shell";
import { useAccount } from "@/account/signed-in";
import { useAction } from "@/account/useAction";
import { usePages } from "@/account/usePages";
import { Choice, Field } from "@/ui/Field";
import form from "@/ui/form.module.css";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { Badge } from "./Badge";
import styles from "./desk.module.css";
import { List } from "./List";

export function PeoplePage() {
  const account = useAccount();
  const listed = usePages(useCallback((cursor) => listMembers(cursor), []));
  const { busy, problem, run } = useAction();
  const [mailed, setMailed] = useState("");
  const change = (member: Member, changed: Parameters<typeof changeMember>[1]) =>
    void run(() => changeMember(member.user_id, changed)).then((done) => done && listed.reload());

  const row = (member: Member) => {
    const who = member.name || member.email;
    const isOff = member.disabled_at !== null;
    const other = member.role === "admin" ? "recruiter" : "admin";
    return (
      <tr key={member.user_id} data-testid="member">
        <td className={styles.name}>
          {who}
          {member.name && <p className={styles.sub}>{member.email}</p>}
        </td>
        <td>{member.role === "admin" ? "Admin" : "Recruiter"}</td>
        <td>
          {isOff ? (
            <Badge name="Locked out" tone="warn" />
          ) : member.is_invited ? (
            <Badge name="Has no password yet" tone="plain" />
          ) : (
            <Badge name="Active" tone="good" />
          )}
        </td>
        <td className={styles.acts}>
          {member.user_id !== account.user_id && (
            <div>
              {member.is_invited && !isOff && (
                <button
                  type="button"
                  className={styles.small}
                  disabled={busy}
                  aria-label={`Send ${who} the link again`}
                  onClick={() => void run(() => mailMember(member.user_id)).then((done) => setMailed(done ? who : ""))}
                >
                  {mailed === who ? "Sent" : "Send link again"}
                </button>
              )}
              <button
                type="button"
                className={styles.small}
                disabled={busy}
                aria-label={`Make ${who} ${other}`}
                onClick={() => change(member, { role: other })}
              >
                Make {other}
              </button>
              <button
                type="button"
                className={styles.small}
                disabled={busy}
                aria-label={isOff ? `Let ${who} in again` : `Lock ${who} out`}
                onClick={() => change(member, { disabled: !isOff })}
              >
                {isOff ? "Let in again" : "Lock out"}
              </button>
            </div>
          )}
        </td>
      </tr>
    );
  };

  return (
    <Shell title="People">
      <AddForm onAdded={listed.reload} />
      <Problem text={problem} />
      <List
        listed={listed}
        caption="People of your organization, oldest first"
        counted={(count) => `${count} people`}
        heads={["Person", "Role", "State", ""]}
        row={row}
        empty={<p>There is nobody yet.</p>}
      />
    </Shell>
  );
}

function AddForm({ onAdded }: { onAdded: () => void }) {
  const { busy, problem, run } = useAction();
  const [email, setEmail] = useState("");
  const [name, setName] = useState("");
  const [role, setRole] = useState<Member["role"]>("recruiter");
  const [added, setAdded] = useState("");

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    setAdded("");
    const done = await run(() => addMember({ email: email.trim(), name: name.trim(), role }));
    // A mail that could not be sent has added them all the same.
    onAdded();
    if (!done) return;
    setAdded(`A link to choose a password is on its way to ${email.trim()}.`);
    setEmail("");
    setName("");
  };

  return (
    <section className={styles.panel} aria-labelledby="add">
      <h2 id="add">Add a colleague</h2>
      <form className={form.across} onSubmit={(event) => void submit(event)} data-testid="member-form">
        <Field label="Mail address" type="email" required autoComplete="off" value={email} onValue={setEmail} />
        <Field label="Name" maxLength={120} autoComplete="off" value={name} onValue={setName} />
        <Choice label="Role" value={role} onValue={(chosen) => setRole(chosen as Member["role"])}>
          <option value="recruiter">Recruiter: invites, reads and audits</option>
          <option value="admin">Admin: also people, keys and erasure</option>
        </Choice>
        <div className={form.whole}>
          <Problem text={problem} />
        </div>
        <div className={`${form.whole} ${ui.row}`}>
          <button type="submit" className={ui.primary} disabled={busy}>
            {busy ? "One moment…" : "Add"}
          </button>
          <p className={ui.small} role="status">
            {added}
          </p>
        </div>
      </form>
    </section>
  );
}
