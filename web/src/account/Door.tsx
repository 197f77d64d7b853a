import type { ReactNode } from "react";
import ui from "@/ui/ui.module.css";
import { LanguageSwitch } from "@/words/LanguageSwitch";
import styles from "./account.module.css";

/** A narrow page with one form on it. */
export function Door({ title, lead, children }: { title: string; lead?: string; children: ReactNode }) {
  return (
    <main className={styles.door}>
      <header className={styles.head}>
        <div className={ui.top}>
          <p className={ui.mark}>Intervue</p>
          <LanguageSwitch />
        </div>
        <h1 className={ui.title}>{title}</h1>
        {lead && <p className={ui.lead}>{lead}</p>}
      </header>
      {children}
    </main>
  );
}
