"use client";

import { useRouter } from "next/navigation";
import { useState, type FormEvent } from "react";
import { changeRole, createRole, uploadJobDescription, type Role } from "@/api/plans";
import { useAction } from "@/account/useAction";
import { Field } from "@/ui/Field";
import form from "@/ui/form.module.css";
import { LongField } from "@/ui/LongField";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import { FileField } from "./FileField";

/** A title and what the job is; the role's own page comes next. */
export function NewRole() {
  const router = useRouter();
  const { busy, problem, run } = useAction();
  const [title, setTitle] = useState("");
  const [text, setText] = useState("");
  const [file, setFile] = useState<File | null>(null);
  // A file that is refused leaves the role: it is not made twice.
  const [made, setMade] = useState<Role | null>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    await run(async () => {
      const typed = file ? "" : text.trim();
      const role = made
        ? await changeRole(made.role_id, { title: title.trim(), job_description: typed })
        : await createRole(title.trim(), typed);
      setMade(role);
      if (file) await uploadJobDescription(role.role_id, file);
      router.push(`/desk/role/?id=${role.role_id}`);
    });
  };

  return (
    <section className={desk.panel} aria-labelledby="new-role">
      <h2 id="new-role">Make a role</h2>
      <form className={form.across} onSubmit={(event) => void submit(event)} data-testid="role-form">
        <Field label="Title" hint="As candidates read it." required maxLength={120} autoComplete="off" value={title} onValue={setTitle} />
        <FileField label="Job description from a file" hint="It is read and not kept." file={file} onFile={setFile} />
        <div className={form.whole}>
          {!file && (
            <LongField
              label="Or write it here"
              rows={5}
              maxLength={30_000}
              hint="What somebody in this job does and decides. The questions are drafted from it."
              value={text}
              onValue={setText}
            />
          )}
          {file && <p className={ui.small}>The job description is read from {file.name}.</p>}
        </div>
        <div className={form.whole}>
          <Problem text={problem} />
        </div>
        <div className={form.whole}>
          <button type="submit" className={ui.primary} disabled={busy}>
            {busy ? "One moment…" : "Make the role"}
          </button>
        </div>
      </form>
    </section>
  );
}
