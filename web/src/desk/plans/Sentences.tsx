"use client";

import { useEffect, useId, useRef } from "react";
import form from "@/ui/form.module.css";
import desk from "../desk.module.css";
import styles from "./plans.module.css";

interface Props {
  label: string;
  hint?: string;
  /** Of one of them: "follow-up question". */
  name: string;
  values: string[];
  max?: number;
  /** How many there have to be. */
  min?: number;
  onValues: (values: string[]) => void;
}

/** Any number of sentences, each in a field of its own. */
export function Sentences({ label, hint, name, values, max = 10, min = 0, onValues }: Props) {
  const id = useId();
  const box = useRef<HTMLFieldSetElement>(null);
  const added = useRef(false);

  useEffect(() => {
    if (!added.current) return;
    added.current = false;
    box.current?.querySelector<HTMLElement>("li:last-of-type textarea")?.focus();
  });

  return (
    <fieldset ref={box} className={styles.sentences} aria-describedby={hint ? id : undefined}>
      <legend className={form.label}>{label}</legend>
      {hint && (
        <p className={form.hint} id={id}>
          {hint}
        </p>
      )}
      {values.length > 0 && (
        <ol className={styles.many}>
          {values.map((value, index) => (
            <li key={index} className={form.field}>
              <textarea
                rows={2}
                maxLength={400}
                aria-label={`${name} ${index + 1}`}
                value={value}
                onChange={(event) => onValues(values.map((other, at) => (at === index ? event.target.value : other)))}
              />
              <button
                type="button"
                className={desk.small}
                aria-label={`Remove ${name} ${index + 1}`}
                disabled={values.length <= min}
                onClick={() => onValues(values.filter((_, at) => at !== index))}
              >
                Remove
              </button>
            </li>
          ))}
        </ol>
      )}
      {values.length < max && (
        <button
          type="button"
          className={desk.small}
          onClick={() => {
            added.current = true;
            onValues([...values, ""]);
          }}
        >
          Add a {name}
        </button>
      )}
    </fieldset>
  );
}
