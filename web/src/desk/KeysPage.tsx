"use client";

import { useCallback, useState, type FormEvent } from "react";
import { createKey, listKeys, revokeKey, SCOPES, type ApiKey } from "@/api/desk";
import { Shell } from "@/account/Shell";
import { useAction } from "@/account/useAction";
import { usePages } from "@/account/usePages";
import { Field } from "@/ui/Field";
import form from "@/ui/form.module.css";
import { moment } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import { Secret } from "@/ui/Secret";
import ui from "@/ui/ui.module.css";
import { Badge } from "./Badge";
import styles from "./desk.module.css";
import { List } from "./List";

const MAY: Record<string, string> = {
  "interviews:read": "Read interviews",
  "interviews:write": "Create and invite",
  "interviews:erase": "Erase interviews",
  "audit:read": "Read the audit trail",
};

export function KeysPage() {
  const listed = usePages(useCallback(async () => ({ items: await listKeys(), next_cursor: null }), []));
  const { busy, problem, run } = useAction();

  const row = (key: ApiKey) => (
    <tr key={key.key_id} data-testid="key">
      <td className={styles.name}>
        {key.name}
        <p className={styles.sub}>{key.scopes.map((scope) => MAY[scope] ?? scope).join(", ")}</p>
      </td>
      <td>{key.revoked_at ? <Badge name="Revoked" tone="plain" /> : <Badge name="Good" tone="good" />}</td>
      <td data-label="Last used:">{key.last_used_at ? moment(key.last_used_at) : "Never"}</td>
      <td className={styles.acts}>
        {!key.revoked_at && (
          <div>
            <button
              type="button"
              className={styles.small}
              disabled={busy}
              aria-label={`Revoke ${key.name}`}
              onClick={() => void run(() => revokeKey(key.key_id)).then((done) => done && listed.reload())}
            >
              Revoke
            </button>
          </div>
        )}
      </td>
    </tr>
  );

  return (
    <Shell title="API keys">
      <CreateForm onCreated={listed.reload} />
      <Problem text={problem} />
      <List
        listed={listed}
        caption="API keys, newest first"
        counted={(count) => `${count} keys`}
        heads={["Key", "State", "Last used", ""]}
        row={row}
        empty={<p>There are no keys. Integrations need one each.</p>}
      />
    </Shell>
  );
}

function CreateForm({ onCreated }: { onCreated: () => void }) {
  const { busy, problem, run } = useAction();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<string[]>(["interviews:read"]);
  const [made, setMade] = useState<{ name: string; secret: string } | null>(null);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy || scopes.length === 0) return;
    void run(async () => {
      setMade(await createKey(name.trim(), scopes));
      setName("");
      onCreated();
    });
  };
  const toggle = (scope: string, on: boolean) =>
    setScopes((now) => (on ? [...now, scope] : now.filter((other) => other !== scope)));

  return (
    <section className={styles.panel} aria-labelledby="create">
      <h2 id="create">Make a key</h2>
      <form className={form.form} onSubmit={submit} data-testid="key-form">
        <Field label="What it is for" required maxLength={120} autoComplete="off" value={name} onValue={setName} />
        <fieldset className={form.choices}>
          <legend>It may</legend>
          {SCOPES.map((scope) => (
            <label key={scope} className={form.choice}>
              <input
                type="checkbox"
                checked={scopes.includes(scope)}
                onChange={(event) => toggle(scope, event.target.checked)}
              />
              {MAY[scope]}
            </label>
          ))}
        </fieldset>
        <Problem text={problem} />
        <div>
          <button type="submit" className={ui.primary} disabled={busy || scopes.length === 0}>
            {busy ? "One moment…" : "Make the key"}
          </button>
        </div>
      </form>
      {made && <Secret label={`The key for ${made.name}, shown this once`} value={made.secret} testId="key-secret" />}
    </section>
  );
}
