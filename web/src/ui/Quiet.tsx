import type { ReactNode } from "react";
import styles from "./ui.module.css";

/** A page that says one thing. */
export function Quiet({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <main className={styles.quiet}>
      <p className={styles.mark}>Intervue</p>
      <h1 className={styles.title}>{title}</h1>
      {children}
    </main>
  );
}
