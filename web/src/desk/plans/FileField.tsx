"use client";

import { useId, useRef } from "react";
import form from "@/ui/form.module.css";
import desk from "../desk.module.css";
import styles from "./plans.module.css";

interface Props {
  label: string;
  hint: string;
  file: File | null;
  onFile: (file: File | null) => void;
}

/** A document to send, chosen by the browser's own dialog. */
export function FileField({ label, hint, file, onFile }: Props) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  return (
    <div className={form.field}>
      <label className={form.label} htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        ref={input}
        type="file"
        accept=".pdf,.docx,.txt,.md,text/plain,application/pdf"
        aria-describedby={`${id}-hint`}
        className={styles.file}
        onChange={(event) => onFile(event.target.files?.[0] ?? null)}
        data-testid="job-file"
      />
      <p className={form.hint} id={`${id}-hint`}>
        PDF, DOCX or text, up to 5 MB. {hint}
      </p>
      {file && (
        <div>
          <button
            type="button"
            className={desk.small}
            onClick={() => {
              if (input.current) input.current.value = "";
              onFile(null);
            }}
          >
            Take no file
          </button>
        </div>
      )}
    </div>
  );
}
