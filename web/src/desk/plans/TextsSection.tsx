"use client";

import type { EditedPlan } from "@/api/plans";
import { Field } from "@/ui/Field";
import { LongField } from "@/ui/LongField";
import type { Edit, Texts } from "./editing";
import styles from "./plans.module.css";

/** What is said around the questions. */
export function TextsSection({ plan, onEdit }: { plan: EditedPlan; onEdit: (edit: Edit) => void }) {
  const change = (changed: Partial<Texts>) => onEdit({ type: "texts", change: changed });
  return (
    <details className={styles.aside} id="texts" tabIndex={-1}>
      <summary>Title, greeting and farewell</summary>
      <div className={styles.form}>
        <div className={styles.pair}>
          <Field label="Title" maxLength={120} autoComplete="off" value={plan.title} onValue={(title) => change({ title })} />
          <Field
            label="Language"
            hint="As a code, like en or pt-BR."
            maxLength={20}
            autoComplete="off"
            value={plan.language}
            onValue={(language) => change({ language })}
          />
        </div>
        <LongField
          label="Greeting"
          hint="{name} becomes the candidate's name."
          maxLength={1200}
          value={plan.greeting}
          onValue={(greeting) => change({ greeting })}
        />
        <LongField
          label="Farewell"
          maxLength={1200}
          value={plan.closing}
          onValue={(closing) => change({ closing })}
        />
      </div>
    </details>
  );
}
