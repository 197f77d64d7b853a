"use client";

import { useCallback, useRef, useState, type RefObject } from "react";
import { recordingUrl } from "@/api/evaluation";
import { renewSession } from "@/api/renewal";
import { lengthOf, placeOf, type Track } from "./playing";

export interface Player {
  /** What sounds, or is to sound next; null before anything has. */
  current: Track | null;
  within_ms: number;
  isPlaying: boolean;
  problem: string;
  length_ms: number;
  position_ms: number;
  rate: number;
  toggle: () => void;
  /** From a line on, and then all that comes after it. Nothing where it has no sound. */
  playFrom: (utteranceId: string, within_ms?: number) => void;
  seek: (ms: number) => void;
  setRate: (rate: number) => void;
}

/** Of the `<audio>` element that plays it. */
export interface Sounding {
  onPlay: () => void;
  onPause: () => void;
  onPlaying: () => void;
  onTimeUpdate: () => void;
  onEnded: () => void;
  onError: () => void;
}

const GONE = "This recording cannot be played. It may have been erased.";

export function usePlayer(
  audio: RefObject<HTMLAudioElement | null>,
  interviewId: string,
  tracks: readonly Track[],
): [Player, Sounding] {
  const [index, setIndex] = useState<number | null>(null);
  const [within, setWithin] = useState(0);
  const [isPlaying, setPlaying] = useState(false);
  const [problem, setProblem] = useState("");
  const [rate, setRate] = useState(1);
  const renewed = useRef(false);
  const current = index === null ? null : (tracks[index] ?? null);

  const start = useCallback(
    (at: number, within_ms: number, isToPlay: boolean) => {
      const track = tracks[at];
      const element = audio.current;
      if (!track || !element) return;
      const url = recordingUrl(interviewId, track.recording_id);
      cue(element, url, within_ms, rate);
      setIndex(at);
      setWithin(within_ms);
      setProblem("");
      // What fails is told by its event; what is stopped again is none.
      if (isToPlay) void element.play().catch(() => undefined);
    },
    [audio, interviewId, tracks, rate],
  );

  const playFrom = useCallback(
    (utteranceId: string, within_ms = 0) => {
      const at = tracks.findIndex((track) => track.utterance_id === utteranceId);
      if (at >= 0) start(at, within_ms, true);
    },
    [tracks, start],
  );

  const toggle = () => {
    if (isPlaying) audio.current?.pause();
    else start(index ?? 0, within, true);
  };

  const failed = async () => {
    setPlaying(false);
    const hasRenewed = renewed.current;
    renewed.current = true;
    // A recording does not say why: the access token may be too old.
    if (hasRenewed || index === null || !(await renewSession())) return setProblem(GONE);
    audio.current?.removeAttribute("src");
    start(index, within, true);
  };

  const player: Player = {
    current,
    within_ms: within,
    isPlaying,
    problem,
    length_ms: lengthOf(tracks),
    position_ms: current ? current.from_ms + Math.min(within, current.duration_ms) : 0,
    rate,
    toggle,
    playFrom,
    seek: (ms) => {
      const { index: at, within_ms } = placeOf(tracks, ms);
      start(at, within_ms, isPlaying);
    },
    setRate: (chosen) => {
      setRate(chosen);
      if (audio.current) pace(audio.current, chosen);
    },
  };
  const sounding: Sounding = {
    onPlay: () => setPlaying(true),
    onPause: () => setPlaying(false),
    // It sounds: not merely asked to, nor after an error, when its time is told once more.
    onPlaying: () => {
      renewed.current = false;
    },
    onTimeUpdate: () => setWithin((audio.current?.currentTime ?? 0) * 1000),
    onEnded: () => {
      const next = (index ?? 0) + 1;
      if (next < tracks.length) start(next, 0, true);
      else setPlaying(false);
    },
    onError: () => void failed(),
  };
  return [player, sounding];
}

function cue(element: HTMLAudioElement, url: string, within_ms: number, rate: number): void {
  if (element.getAttribute("src") !== url) element.setAttribute("src", url);
  element.currentTime = within_ms / 1000;
  pace(element, rate);
}

/** A new sound begins at the default. */
function pace(element: HTMLAudioElement, rate: number): void {
  element.playbackRate = element.defaultPlaybackRate = rate;
}
