"use client";

import { useId, useRef, useState } from "react";
import styles from "./form.module.css";
import ui from "./ui.module.css";

/** Shown once: a link or a key, to copy. */
export function Secret({ label, value, testId }: { label: string; value: string; testId: string }) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [done, setDone] = useState<"" | "copied" | "selected">("");

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(value);
      setDone("copied");
    } catch {
      // Not on an insecure origin, or not allowed.
      field.current?.select();
      setDone("selected");
    }
  };

  return (
    <div>
      <label className={styles.label} htmlFor={id}>
        {label}
      </label>
      <div className={styles.secret}>
        <input
          id={id}
          ref={field}
          readOnly
          value={value}
          onFocus={(event) => event.target.select()}
          data-testid={testId}
        />
        <button type="button" className={ui.button} onClick={() => void copy()} data-testid={`${testId}-copy`}>
          {done === "copied" ? "Copied" : "Copy"}
        </button>
      </div>
      <p className={ui.small} role="status">
        {done === "copied" && "It is on your clipboard."}
        {done === "selected" && "It is selected: copy it by keyboard."}
      </p>
    </div>
  );
}
