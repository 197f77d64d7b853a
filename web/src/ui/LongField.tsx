import { useId, type TextareaHTMLAttributes } from "react";
import styles from "./form.module.css";

type Props = {
  label: string;
  hint?: string;
  onValue: (value: string) => void;
} & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "onChange">;

/** Several lines to fill in, under their label. Grows with what is written, where browsers can. */
export function LongField({ label, hint, onValue, ...area }: Props) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <textarea
        id={id}
        rows={3}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onValue(event.target.value)}
        {...area}
      />
      {hint && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
