"use client";

import { useState, type FormEvent } from "react";
import { changeRole, uploadJobDescription, type Role } from "@/api/plans";
import { useAction } from "@/account/useAction";
import { Field } from "@/ui/Field";
import { LongField } from "@/ui/LongField";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import { FileField } from "./FileField";
import styles from "./plans.module.css";

/** What the job is, to be changed: by hand or by a file. */
export function AboutRole({ role, onChanged }: { role: Role; onChanged: () => void }) {
  const { busy, problem, run } = useAction();
  const [isOpen, setOpen] = useState(false);
  const [title, setTitle] = useState(role.title);
  const [text, setText] = useState(role.job_description);
  const [file, setFile] = useState<File | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const done = await run(async () => {
      const typed = text.trim() === role.job_description ? {} : { job_description: text.trim() };
      await changeRole(role.role_id, { title: title.trim(), ...(file ? {} : typed) });
      if (file) setText((await uploadJobDescription(role.role_id, file)).job_description);
    });
    if (!done) return;
    setFile(null);
    setOpen(false);
    onChanged();
  };

  return (
    <section className={desk.panel} aria-labelledby="about">
      <h2 id="about">Job description</h2>
      <Hidden role={role} />
      {!isOpen && (
        <>
          {role.job_description ? (
            <p className={styles.excerpt} data-testid="job-description">
              {role.job_description}
            </p>
          ) : (
            <p className={ui.small}>There is none yet.</p>
          )}
          {!role.archived_at && (
            <div>
              <button type="button" className={desk.small} onClick={() => setOpen(true)} data-testid="edit-role">
                Change
              </button>
            </div>
          )}
        </>
      )}
      {isOpen && (
        <form className={styles.form} onSubmit={(event) => void submit(event)}>
          <Field label="Title" required maxLength={120} autoComplete="off" value={title} onValue={setTitle} />
          <FileField label="From a file" hint="It is read and not kept." file={file} onFile={setFile} />
          {!file && (
            <LongField label="Job description" rows={8} maxLength={30_000} value={text} onValue={setText} />
          )}
          <Problem text={problem} />
          <div className={ui.row}>
            <button type="submit" className={ui.go} disabled={busy}>
              {busy ? "One moment…" : "Save"}
            </button>
            <button type="button" className={ui.button} onClick={() => setOpen(false)}>
              Leave it
            </button>
          </div>
        </form>
      )}
    </section>
  );
}

/** A warning: the file holds what its reader does not see. None of it is used. */
function Hidden({ role }: { role: Role }) {
  const count = role.job_hidden.length;
  if (count === 0) return null;
  const pages = [...new Set(role.job_hidden.flatMap(({ page }) => (page === null ? [] : [page])))];
  return (
    <p className={ui.warning} data-testid="hidden-words">
      {count === 1 ? "In one place it holds words" : `In ${count} places it holds words`} that a reader does not see
      {pages.length > 0 && ` (page ${pages.join(", ")})`}. None of them are used: somebody may have wanted to steer the
      draft.
    </p>
  );
}
