"use client";

import { useState } from "react";
import ui from "@/ui/ui.module.css";
import { useWords } from "@/words/useWords";
import styles from "./check.module.css";
import { playNotes } from "./sound";
import { Fix, Step } from "./Step";

type Tone = "silent" | "playing" | "asked" | "heard" | "unheard";

export function SpeakerStep({ context }: { context: () => AudioContext }) {
  const { check: words } = useWords();
  const [tone, setTone] = useState<Tone>("silent");

  const play = async () => {
    setTone("playing");
    await playNotes(context());
    setTone("asked");
  };

  const standing = tone === "heard" ? "works" : tone === "unheard" ? "attention" : "open";
  return (
    <Step name="speaker" title={words.speaker} hint={words.speakerHint} standing={standing}>
      {tone === "unheard" && (
        <Fix problem="unheard" title={words.speakerBad} fix={words.speakerFix} />
      )}
      <div className={styles.row}>
        <button
          type="button"
          className={ui.button}
          onClick={() => void play()}
          aria-disabled={tone === "playing"}
          data-testid="play-notes"
        >
          {tone === "playing" ? words.playing : words.tone}
        </button>
        {tone === "asked" && (
          <div className={styles.row} role="group" aria-labelledby="check-heard">
            <p id="check-heard">{words.heard}</p>
            <button type="button" className={ui.go} onClick={() => setTone("heard")} data-testid="notes-heard">
              {words.yes}
            </button>
            <button type="button" className={ui.button} onClick={() => setTone("unheard")} data-testid="notes-unheard">
              {words.no}
            </button>
          </div>
        )}
        {tone === "heard" && <p className={styles.finding}>{words.speakerGood}</p>}
      </div>
    </Step>
  );
}
