import { useId, type ReactNode } from "react";
import styles from "./form.module.css";

export interface Named {
  label: string;
  hint?: string;
}

interface Props {
  label: string;
  hint: string | undefined;
  /** The control: given its id, and what describes it. */
  children: (control: { id: string; "aria-describedby": string | undefined }) => ReactNode;
}

/** A control under its label, and above its hint. */
export function Labelled({ label, hint, children }: Props) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      {children({ id, "aria-describedby": hint ? `${id}-hint` : undefined })}
      {hint && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
