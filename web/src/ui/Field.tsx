import { useEffect, useId, useRef, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";
import styles from "./form.module.css";

interface Named {
  label: string;
  hint?: string;
}

type FieldProps = Named &
  Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> & { onValue: (value: string) => void };

/** One line to fill in, under its label. */
export function Field({ label, hint, onValue, ...input }: FieldProps) {
  const id = useId();
  const element = useRef<HTMLInputElement>(null);

  useEffect(() => {
    // What was typed, or filled in by the browser, before our scripts ran.
    if (element.current?.value) onValue(element.current.value);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once
  }, []);

  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        ref={element}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onValue(event.target.value)}
        {...input}
      />
      {hint && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}

type ChoiceProps = Named &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange"> & {
    onValue: (value: string) => void;
    children: ReactNode;
  };

/** One of several. */
export function Choice({ label, hint, onValue, children, ...select }: ChoiceProps) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <select
        id={id}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => onValue(event.target.value)}
        {...select}
      >
        {children}
      </select>
      {hint && (
        <p className={styles.hint} id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  );
}
