"use client";

import { Fragment, useEffect, useRef, type RefObject } from "react";
import type { Correction, Line, Quote } from "@/api/evaluation";
import { moment } from "@/ui/moment";
import ui from "@/ui/ui.module.css";
import { useNames } from "../colleagues";
import desk from "../desk.module.css";
import { PHASES } from "../words";
import { PlayGlyph } from "./PlayerBar";
import { around, sentenceAt, spanOf } from "./playing";
import styles from "./review.module.css";
import type { Player } from "./usePlayer";
import { marksOf } from "./words";

export interface Jump {
  quote: Quote;
  /** Where it was jumped from, to go back to. */
  from: HTMLElement;
}

const NONE: ReadonlyMap<string, Correction> = new Map();

interface Props {
  lines: readonly Line[];
  /** By utterance, as answers should read; there are none before the end. */
  corrections?: ReadonlyMap<string, Correction>;
  candidate: string;
  player: Player;
  jump: Jump | null;
  onBack: () => void;
}

/** What was said, line by line, as it should read; what sounds is marked, and a quote that was jumped
 * to. */
export function Transcript({ lines, corrections = NONE, candidate, player, jump, onBack }: Props) {
  const list = useRef<HTMLOListElement>(null);
  const sounding = player.isPlaying ? (player.current?.utterance_id ?? null) : null;

  useFollow(list, sounding);
  useEffect(() => {
    if (!jump) return;
    const line = find(list, jump.quote.utterance_id);
    line?.scrollIntoView({ block: "center" });
    line?.focus({ preventScroll: true });
  }, [jump]);

  return (
    <ol ref={list} className={styles.lines} data-testid="transcript">
      {lines.map((line, index) => (
        <Fragment key={line.utterance_id}>
          {line.phase !== lines[index - 1]?.phase && (
            <li className={styles.part}>
              <h3>{PHASES[line.phase] ?? line.phase}</h3>
            </li>
          )}
          <li
            className={styles.said}
            data-utterance={line.utterance_id}
            data-speaker={line.speaker}
            data-testid="line"
            aria-current={player.current?.utterance_id === line.utterance_id ? "true" : undefined}
            tabIndex={-1}
          >
            <div className={styles.lineHead}>
              <p className={styles.speaker}>{line.speaker === "candidate" ? candidate : "Interviewer"}</p>
              {marksOf(line, corrections.has(line.utterance_id)).map((mark) => (
                <span key={mark} className={styles.mark}>
                  {mark}
                </span>
              ))}
              {line.recording_id !== null && (
                <button
                  type="button"
                  className={styles.from}
                  aria-label={`Play from line ${line.sequence}`}
                  onClick={() => player.playFrom(line.utterance_id)}
                  data-testid="play-line"
                >
                  <PlayGlyph />
                </button>
              )}
            </div>
            <Words
              line={line}
              correction={corrections.get(line.utterance_id)}
              quote={jump?.quote ?? null}
              player={player}
            />
            {jump?.quote.utterance_id === line.utterance_id && (
              <button type="button" className={desk.small} onClick={onBack} data-testid="back-to-score">
                Back to the score
              </button>
            )}
          </li>
        </Fragment>
      ))}
    </ol>
  );
}

interface WordsProps {
  line: Line;
  correction: Correction | undefined;
  quote: Quote | null;
  player: Player;
}

function Words({ line, correction, quote, player }: WordsProps) {
  if (correction) {
    return (
      <>
        <Text text={correction.text} line={line} quote={quote} />
        <Recognized text={line.text} correction={correction} />
      </>
    );
  }
  const isCurrent = player.current?.utterance_id === line.utterance_id;
  const at = isCurrent && quote?.utterance_id !== line.utterance_id ? sentenceAt(line, player.within_ms) : -1;
  if (at < 0) return <Text text={line.text} line={line} quote={quote} />;
  return (
    <p>
      {line.sentences.map((sentence, index) => (
        <span key={index} data-sounds={index === at} className={styles.sentence}>
          {sentence.text}{" "}
        </span>
      ))}
    </p>
  );
}

function Text({ text, line, quote }: { text: string; line: Line; quote: Quote | null }) {
  if (quote?.utterance_id !== line.utterance_id) return <p>{text}</p>;
  const [before, quoted, after] = around(text, spanOf(quote));
  return (
    <p>
      {before}
      <mark className={styles.quoted}>{quoted}</mark>
      {after}
    </p>
  );
}

/** What was taken for the answer at first, and who says otherwise. */
function Recognized({ text, correction }: { text: string; correction: Correction }) {
  const nameOf = useNames();
  return (
    <details className={styles.more} data-testid="recognized">
      <summary>What was recognized</summary>
      <p>{text}</p>
      <p className={ui.small}>
        {nameOf(correction.corrected_by)}, {moment(correction.created_at)}: “{correction.reason}”
      </p>
    </details>
  );
}

/** Keeps the line that sounds in sight, as long as nobody looks elsewhere. */
function useFollow(list: RefObject<HTMLOListElement | null>, utteranceId: string | null): void {
  useEffect(() => {
    if (utteranceId === null) return;
    const line = find(list, utteranceId);
    const pane = line?.closest<HTMLElement>("[data-pane]");
    if (!line || !pane || pane.scrollHeight <= pane.clientHeight) return;
    // The page itself stays where it is.
    const above = line.offsetTop - pane.scrollTop;
    if (above < 0 || above + line.offsetHeight > pane.clientHeight - 90) pane.scrollTop = line.offsetTop - 60;
  }, [list, utteranceId]);
}

function find(list: RefObject<HTMLOListElement | null>, utteranceId: string): HTMLElement | null {
  return list.current?.querySelector<HTMLElement>(`[data-utterance="${CSS.escape(utteranceId)}"]`) ?? null;
}
