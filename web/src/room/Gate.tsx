"use client";

import Link from "next/link";
import { useEffect } from "react";
import { AudioEngine } from "@/audio/engine";
import type { Session } from "@/session/session";
import type { RoomState } from "@/session/state";
import { Quiet } from "@/ui/Quiet";
import ui from "@/ui/ui.module.css";
import { LanguageSwitch } from "@/words/LanguageSwitch";
import { useWords } from "@/words/useWords";

/** Before the room: sound needs a click, and the microphone an answer to the browser's question. */
export function Gate({ session, state }: { session: Session; state: RoomState }) {
  const { gate: words, start } = useWords();
  useEffect(() => void session.look(), [session]);

  if (state.microphone.state === "asking") {
    return (
      <Quiet title={words.allow}>
        <p className={ui.lead} role="status">
          {words.asking}
        </p>
        <button
          type="button"
          className={ui.button}
          onClick={session.enter}
          data-testid="without-microphone"
        >
          {words.typeInstead}
        </button>
      </Quiet>
    );
  }
  return (
    <Quiet title={words.ready} aside={<LanguageSwitch />}>
      <p className={ui.lead}>
        {words.lead}
      </p>
      <button
        type="button"
        className={ui.primary}
        onClick={() => void session.join(AudioEngine.create())}
        data-testid="join"
      >
        {words.join}
      </button>
      <p className={ui.small}>{start.willAsk}</p>
      <Link
        // Most people go straight in: it is fetched when it is asked for.
        prefetch={false}
        href={`/check/?id=${encodeURIComponent(state.interviewId)}`}
        className={ui.small}
        data-testid="check-first"
      >
        {start.check}
      </Link>
    </Quiet>
  );
}
