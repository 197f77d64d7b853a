"use client";

import type { FocusEvent } from "react";
import type { Pad, PadView } from "./pad";
import styles from "./pad.module.css";
import { usePadWords } from "./usePadWords";

/** For whoever wants no editor: Tab leaves it, and screen readers read it as they know it. */
export function PlainEditor({ pad, view }: { pad: Pad; view: PadView }) {
  const words = usePadWords();
  return (
    <textarea
      className={styles.plain}
      value={view.text}
      readOnly={view.over}
      onChange={(event) => pad.edit(event.target.value)}
      onFocus={intoView}
      onBlur={pad.flush}
      aria-label={words.code}
      spellCheck={false}
      autoCapitalize="off"
      autoCorrect="off"
      wrap="off"
      data-testid="code-plain"
    />
  );
}

/** All of it, so that the bar at the bottom hides no line that is written on. */
export function intoView(event: FocusEvent<HTMLElement>): void {
  event.currentTarget.scrollIntoView({ block: "nearest" });
}
