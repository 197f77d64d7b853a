import styles from "./desk.module.css";
import type { Tone } from "./words";

export function Badge({ name, tone }: { name: string; tone: Tone }) {
  return (
    <span className={styles.badge} data-tone={tone}>
      {name}
    </span>
  );
}
