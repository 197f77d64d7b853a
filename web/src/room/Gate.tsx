"use client";

import { useEffect } from "react";
import { AudioEngine } from "@/audio/engine";
import type { Session } from "@/session/session";
import type { RoomState } from "@/session/state";
import { Quiet } from "@/ui/Quiet";
import ui from "@/ui/ui.module.css";

/** Before the room: sound needs a click, and the microphone an answer to the browser's question. */
export function Gate({ session, state }: { session: Session; state: RoomState }) {
  useEffect(() => void session.look(), [session]);

  if (state.microphone.state === "asking") {
    return (
      <Quiet title="Please allow the microphone">
        <p className={ui.lead} role="status">
          Your browser is asking whether this page may use it. The interview starts right after.
        </p>
        <button
          type="button"
          className={ui.button}
          onClick={session.enter}
          data-testid="without-microphone"
        >
          Type my answers instead
        </button>
      </Quiet>
    );
  }
  return (
    <Quiet title="Your interview is ready when you are">
      <p className={ui.lead}>
        If you have been here before, you continue at the same question. The interviewer is an AI;
        what you say is recorded and written down.
      </p>
      <button
        type="button"
        className={ui.primary}
        onClick={() => void session.join(AudioEngine.create())}
        data-testid="join"
      >
        Join interview
      </button>
      <p className={ui.small}>Your browser will ask to use the microphone.</p>
    </Quiet>
  );
}
