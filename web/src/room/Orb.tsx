"use client";

import { useEffect, useRef } from "react";
import type { Answering } from "@/session/answering";
import type { OrbState } from "@/session/view";
import { useWords } from "@/words/useWords";
import styles from "./orb.module.css";

interface Props {
  state: OrbState;
  recording: boolean;
  answering: Answering;
}

export function Orb({ state, recording, answering }: Props) {
  const { room: words } = useWords();
  const orb = useRef<HTMLDivElement>(null);

  // The voice moves the orb directly: 60 times a second is not React's business.
  useEffect(() => {
    if (!recording) return;
    let shown = 0;
    let request = 0;
    const draw = () => {
      const level = Math.min(1, Math.sqrt(answering.level));
      shown += (level - shown) * (level > shown ? 0.5 : 0.15);
      orb.current?.style.setProperty("--level", shown.toFixed(3));
      request = requestAnimationFrame(draw);
    };
    request = requestAnimationFrame(draw);
    return () => cancelAnimationFrame(request);
  }, [recording, answering]);

  const label = recording && state === "listening" ? words.listening : words.orb[state];
  return (
    <div className={styles.status}>
      <div ref={orb} className={styles.orb} data-state={state} data-recording={recording} aria-hidden>
        <span className={styles.ring} />
        <span className={styles.ring} />
        <span className={styles.core} />
      </div>
      <p className={styles.label} role="status" aria-live="polite" data-testid="orb-label">
        {label}
      </p>
    </div>
  );
}
