"use client";

import { useState } from "react";
import { Field } from "./Field";

interface Props {
  label: string;
  hint?: string;
  /** In its own unit; null where there is none. */
  value: number | null;
  /** So many of its units are one that is shown: 60 for minutes of seconds. */
  per?: number;
  min?: number;
  max?: number;
  step?: number | "any";
  /** NaN or null: nothing is written that is a number. */
  onValue: (value: number | null) => void;
  required?: boolean;
}

/** A number that may be half written. */
export function NumberField({ value, per = 1, onValue, required, ...more }: Props) {
  const [text, setText] = useState(shown(value, per));
  const isSame = Object.is(read(text, per, required), value ?? (required ? Number.NaN : null));
  return (
    <Field
      {...more}
      type="number"
      inputMode="decimal"
      autoComplete="off"
      required={required}
      value={isSame ? text : shown(value, per)}
      onValue={(written) => {
        setText(written);
        // Rounded as it is shown, it would be another one.
        if (written !== shown(value, per)) onValue(read(written, per, required));
      }}
    />
  );
}

function read(text: string, per: number, required = false): number | null {
  if (text.trim() === "") return required ? Number.NaN : null;
  return Number(text) * per;
}

function shown(value: number | null, per: number): string {
  return value === null || Number.isNaN(value) ? "" : String(Math.round((value / per) * 100) / 100);
}
