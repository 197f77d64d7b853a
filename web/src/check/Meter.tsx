"use client";

import { useEffect, useRef, useState } from "react";
import { useWords } from "@/words/useWords";
import styles from "./check.module.css";
import { barOf, Hearing, loudnessOf, type Finding, type Loudness } from "./level";
import type { MicrophoneProbe } from "./microphone-probe";

const LOOK_EVERY_MS = 50;
/** A word that changes faster cannot be read. */
const SAY_EVERY_MS = 400;

interface Props {
  probe: MicrophoneProbe;
  onFinding: (finding: Finding) => void;
}

/** How loud it is now, and whether somebody was heard. */
export function Meter({ probe, onFinding }: Props) {
  const { check: words } = useWords();
  const bar = useRef<HTMLDivElement>(null);
  const [loudness, setLoudness] = useState<Loudness>("silent");
  const [finding, setFinding] = useState<Finding>("waiting");

  // The bar moves directly: 20 times a second is not React's business.
  useEffect(() => {
    const hearing = new Hearing();
    let loudest = 0;
    let unsaidMs = 0;
    let shown = 0;
    onFinding("waiting");
    const timer = setInterval(() => {
      const peak = probe.peak();
      hearing.take(peak, LOOK_EVERY_MS);
      const length = barOf(peak);
      shown = Math.max(length, shown - 0.06);
      bar.current?.style.setProperty("--level", shown.toFixed(3));
      loudest = Math.max(loudest, peak);
      unsaidMs += LOOK_EVERY_MS;
      if (unsaidMs < SAY_EVERY_MS) return;
      setLoudness(loudnessOf(loudest));
      setFinding(hearing.finding);
      onFinding(hearing.finding);
      loudest = unsaidMs = 0;
    }, LOOK_EVERY_MS);
    return () => clearInterval(timer);
  }, [probe, onFinding]);

  return (
    <div className={styles.level}>
      <div
        ref={bar}
        className={styles.meter}
        role="meter"
        aria-label={words.level}
        aria-valuemin={0}
        aria-valuemax={3}
        aria-valuenow={["silent", "quiet", "good", "loud"].indexOf(loudness)}
        aria-valuetext={words.levelNow[loudness]}
        data-testid="check-meter"
        data-finding={finding}
      >
        <span className={styles.bar} />
      </div>
      <p className={styles.finding} role="status" data-testid="check-finding" data-finding={finding}>
        {finding === "waiting" && words.levelNow[loudness]}
        {finding === "heard" && words.hearsYou}
        {finding === "nothing" && words.hearsNothing}
        {finding === "too_loud" && words.tooLoud}
      </p>
    </div>
  );
}
