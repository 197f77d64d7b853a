"use client";

import { useMemo, useRef } from "react";
import type { Line } from "@/api/evaluation";
import ui from "@/ui/ui.module.css";
import { PlayerBar } from "../review/PlayerBar";
import { tracksOf } from "../review/playing";
import review from "../review/review.module.css";
import { Transcript } from "../review/Transcript";
import { usePlayer } from "../review/usePlayer";
import styles from "./live.module.css";
import { useEnd } from "./useEnd";

interface Props {
  interviewId: string;
  name: string;
  lines: readonly Line[] | null;
}

const nowhere = () => undefined;

/** What both sides said, as it is committed; what was recorded can be heard already. */
export function Captions({ interviewId, name, lines }: Props) {
  const audio = useRef<HTMLAudioElement>(null);
  const tracks = useMemo(() => tracksOf(lines ?? [], []), [lines]);
  const [player, sounding] = usePlayer(audio, interviewId, tracks);
  const { pane, onScroll, isBehind, toEnd } = useEnd(lines?.length ?? 0);
  return (
    <section className={review.pane} aria-labelledby="captions" data-testid="captions">
      <header className={review.paneHead}>
        <h2 id="captions">What is said</h2>
      </header>
      <div
        ref={pane}
        className={review.scroll}
        data-pane=""
        tabIndex={0}
        role="group"
        aria-labelledby="captions"
        onScroll={onScroll}
      >
        {lines === null && <p className={ui.lead}>The transcript of this interview is not for you to read.</p>}
        {lines?.length === 0 && <p className={ui.lead}>Nothing was said yet. What is said appears here.</p>}
        {lines && lines.length > 0 && (
          <Transcript lines={lines} candidate={name} player={player} jump={null} onBack={nowhere} />
        )}
      </div>
      {isBehind && (
        <button type="button" className={styles.newest} onClick={toEnd} data-testid="to-newest">
          To the newest line
        </button>
      )}
      {tracks.length > 0 && <PlayerBar player={player} />}
      <audio ref={audio} preload="none" {...sounding} />
    </section>
  );
}
