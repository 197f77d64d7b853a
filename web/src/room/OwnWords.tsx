"use client";

import { useEffect, useRef } from "react";
import type { Link, OwnWords as Words, PendingAnswer } from "@/session/state";
import { useWords } from "@/words/useWords";
import styles from "./room.module.css";

interface Props {
  words: Words;
  answer: PendingAnswer | null;
  /** Of the interview. */
  language: string;
  /** A banner about it moves all below. */
  link: Link;
}

export function OwnWords({ words, answer, language, link }: Props) {
  const { room } = useWords();
  const element = useRef<HTMLDivElement>(null);
  const recording = answer?.recording ?? false;

  // After a long question it would be out of sight.
  useEffect(() => {
    if (recording) element.current?.scrollIntoView({ block: "nearest" });
  }, [recording, words.text, link]);

  const waiting = recording ? "…" : room.writingDown;
  return (
    <div ref={element} className={styles.own} data-testid="own-words" data-final={words.final}>
      <p className={styles.who}>{room.you}</p>
      {words.text ? <p lang={language}>{words.text}</p> : <p className={styles.faint}>{waiting}</p>}
    </div>
  );
}
