"use client";

import { clock } from "./playing";
import styles from "./review.module.css";
import type { Player } from "./usePlayer";

const RATES = [1, 1.25, 1.5, 2];

/** Play, where it is, and how fast. */
export function PlayerBar({ player }: { player: Player }) {
  const { isPlaying, position_ms, length_ms, problem, rate } = player;
  return (
    <div className={styles.player} role="group" aria-label="Recording" data-testid="player" data-playing={isPlaying}>
      <button
        type="button"
        className={styles.round}
        onClick={player.toggle}
        aria-label={isPlaying ? "Pause" : "Play"}
        data-testid="play"
      >
        <PlayGlyph isPlaying={isPlaying} />
      </button>
      <input
        type="range"
        className={styles.range}
        min={0}
        max={Math.max(1, Math.round(length_ms))}
        step={1000}
        value={Math.round(position_ms)}
        onChange={(event) => player.seek(Number(event.target.value))}
        aria-label="Position"
        aria-valuetext={`${clock(position_ms)} of ${clock(length_ms)}`}
      />
      <span className={styles.clock} aria-hidden="true">
        {clock(position_ms)} / {clock(length_ms)}
      </span>
      <select
        className={styles.rate}
        aria-label="Speed"
        value={rate}
        onChange={(event) => player.setRate(Number(event.target.value))}
      >
        {RATES.map((one) => (
          <option key={one} value={one}>
            {one}×
          </option>
        ))}
      </select>
      {problem && (
        <p className={styles.silent} role="alert">
          {problem}
        </p>
      )}
    </div>
  );
}

export function PlayGlyph({ isPlaying = false }: { isPlaying?: boolean }) {
  return (
    <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
      <path d={isPlaying ? "M4 3h3v10H4zM9 3h3v10H9z" : "M4.5 2.5 13 8l-8.5 5.5z"} fill="currentColor" />
    </svg>
  );
}
