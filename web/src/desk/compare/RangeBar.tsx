import styles from "./compare.module.css";

const WIDTH = 160;
const at = (score: number) => ((Math.min(5, Math.max(1, score)) - 1) / 4) * WIDTH;

/** From 1 to 5: how far a total is sure, and where it is. The numbers stand beside it. */
export function RangeBar({ low, high, total }: { low: number; high: number; total: number }) {
  return (
    <svg className={styles.range} viewBox={`-4 0 ${WIDTH + 8} 16`} aria-hidden="true">
      {[1, 2, 3, 4, 5].map((score) => (
        <line key={score} x1={at(score)} x2={at(score)} y1="5" y2="11" className={styles.tick} />
      ))}
      <line x1="0" x2={WIDTH} y1="8" y2="8" className={styles.axis} />
      <rect x={at(low)} width={Math.max(2, at(high) - at(low))} y="4" height="8" rx="4" className={styles.span} />
      <circle cx={at(total)} cy="8" r="4" className={styles.dot} />
    </svg>
  );
}
