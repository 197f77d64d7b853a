import type { ReactNode } from "react";
import type { Listed } from "@/account/usePages";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import styles from "./desk.module.css";

interface Props<Item> {
  listed: Omit<Listed<Item>, "refresh">;
  /** Said aloud: "3 interviews". */
  counted: (count: number, hasMore: boolean) => string;
  empty: ReactNode;
  /** Of the columns; an empty one is of buttons. */
  heads: readonly string[];
  row: (item: Item) => ReactNode;
  caption: string;
  /** Something follows it. */
  short?: boolean;
}

/** A table that comes page by page: loading, empty, failed and all. */
export function List<Item>({ listed, counted, empty, heads, row, caption, short = false }: Props<Item>) {
  const { items, busy, problem, more, reload } = listed;
  return (
    <div className={styles.list} data-short={short} aria-busy={busy} data-testid="list">
      <p className="visually-hidden" role="status">
        {items === null || busy ? (busy ? "Loading" : "") : counted(items.length, more !== null)}
      </p>
      <Problem text={problem} onRetry={items === null ? reload : (more ?? reload)} />
      {items === null && !problem && <p className={ui.small}>Loading…</p>}
      {items?.length === 0 && <div className={styles.empty}>{empty}</div>}
      {items !== null && items.length > 0 && (
        <table className={styles.table}>
          <caption className="visually-hidden">{caption}</caption>
          <thead>
            <tr>
              {heads.map((head, index) => (
                <th key={index} scope="col">
                  {head || <span className="visually-hidden">What you can do</span>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{items.map(row)}</tbody>
        </table>
      )}
      {more && items !== null && (
        <p className={styles.more}>
          <button type="button" className={ui.button} disabled={busy} onClick={more} data-testid="more">
            {busy ? "Loading…" : "Show more"}
          </button>
        </p>
      )}
    </div>
  );
}
