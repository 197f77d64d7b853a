import type { ReactNode } from "react";
import styles from "./ui.module.css";

/** A page that says one thing. */
export function Quiet({
  title,
  aside,
  children,
}: {
  title: string;
  /** Beside our name. */
  aside?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <main className={styles.quiet}>
      <div className={styles.top}>
        <p className={styles.mark}>Intervue</p>
        {aside}
      </div>
      <h1 className={styles.title}>{title}</h1>
      {children}
    </main>
  );
}
