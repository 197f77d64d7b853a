"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import ui from "@/ui/ui.module.css";
import { useWords } from "@/words/useWords";
import styles from "./check.module.css";
import { RECORD_MS, type MicrophoneProbe } from "./microphone-probe";

type Tape = "empty" | "recording" | "recorded" | "playing";

/** A sentence into the microphone and out of the speaker. */
export function Replay({ probe }: { probe: MicrophoneProbe }) {
  const { check: words } = useWords();
  const [tape, setTape] = useState<Tape>("empty");
  const [seconds, setSeconds] = useState(0);
  const timer = useRef<ReturnType<typeof setInterval> | null>(null);

  const forget = useCallback(() => {
    if (timer.current !== null) clearInterval(timer.current);
    timer.current = null;
  }, []);
  useEffect(() => forget, [forget]);

  const play = useCallback(async () => {
    setTape("playing");
    // What cannot be read again was still recorded.
    await probe.play().catch(() => undefined);
    setTape("recorded");
  }, [probe]);

  const stop = useCallback(async () => {
    forget();
    await probe.stopRecording();
    await play();
  }, [forget, play, probe]);

  const record = () => {
    probe.record();
    setTape("recording");
    setSeconds(RECORD_MS / 1000);
    let left = RECORD_MS / 1000;
    timer.current = setInterval(() => {
      left -= 1;
      setSeconds(left);
      if (left === 0) void stop();
    }, 1000);
  };

  return (
    <div className={styles.replay} data-testid="check-replay" data-tape={tape}>
      <h3>{words.replay}</h3>
      <p className={styles.hint}>{words.replayHint}</p>
      <div className={styles.row}>
        {tape === "recording" ? (
          <button type="button" className={ui.go} onClick={() => void stop()} data-testid="check-stop">
            {words.stop}
          </button>
        ) : (
          <button
            type="button"
            className={ui.button}
            onClick={record}
            disabled={tape === "playing"}
            data-testid="check-record"
          >
            {tape === "empty" ? words.record : words.recordAgain}
          </button>
        )}
        {(tape === "recorded" || tape === "playing") && (
          <button
            type="button"
            className={ui.button}
            onClick={() => void play()}
            disabled={tape === "playing"}
            data-testid="check-play"
          >
            {tape === "playing" ? words.playing : words.play}
          </button>
        )}
        {tape === "recording" && (
          <p className={styles.finding} role="timer">
            {words.recording(seconds)}
          </p>
        )}
      </div>
    </div>
  );
}
