"use client";

import dynamic from "next/dynamic";
import { useState, useSyncExternalStore } from "react";
import type { Session } from "@/session/session";
import type { RoomState } from "@/session/state";
import { canRepeat, closingWords, currentUtterance, orbState } from "@/session/view";
import ui from "@/ui/ui.module.css";
import { useWords } from "@/words/useWords";
import { AnswerDock } from "./AnswerDock";
import { Banner } from "./Banner";
import { Captions } from "./Captions";
import { EndDialog } from "./EndDialog";
import { Header } from "./Header";
import { Orb } from "./Orb";
import { OwnWords } from "./OwnWords";
import styles from "./room.module.css";
import { Transcript } from "./Transcript";

const PadPanel = dynamic(() => import("@/pad/PadPanel").then((module) => module.PadPanel), {
  ssr: false,
});

export function Room({ session, state }: { session: Session; state: RoomState }) {
  const { room: words } = useWords();
  const [ending, setEnding] = useState(false);
  const utterance = currentUtterance(state);
  const orb = orbState(state);
  const onPad = useSyncExternalStore(session.pad.subscribe, session.pad.getView, () => null);
  const pad = session.pad.get();
  const view = onPad?.over || onPad?.task.question_id === state.question?.id ? onPad : null;
  return (
    <div
      className={styles.room}
      data-testid="room"
      data-state={orb}
      data-link={state.link}
      data-microphone={state.microphone.state}
      data-phase={state.phase ?? ""}
      data-heard-ms={utterance?.heardMs ?? 0}
      data-pad={view !== null}
    >
      <Header session={session} state={state} onEnd={() => setEnding(true)} />
      <Banner session={session} state={state} />
      <main className={styles.main}>
        <Orb state={orb} recording={state.answer?.recording ?? false} answering={session.answering} />
        {state.entered ? (
          <section className={styles.conversation} aria-label={words.interview}>
            <h1 className={styles.question} lang={state.language} data-testid="question">
              {state.question?.text || state.title}
            </h1>
            <Captions utterance={utterance} question={state.question?.text ?? ""} language={state.language} />
            {state.ownWords ? (
              <OwnWords
                words={state.ownWords}
                answer={state.answer}
                language={state.language}
                link={state.link}
              />
            ) : (
              <button
                type="button"
                className={styles.repeat}
                // Not `disabled`: whoever has pressed it keeps the focus.
                aria-disabled={!canRepeat(state)}
                onClick={() => canRepeat(state) && session.repeat()}
                data-testid="repeat"
              >
                {words.repeat}
              </button>
            )}
          </section>
        ) : (
          <p className={ui.lead} role="status">
            {words.opening}
          </p>
        )}
        {pad && view && state.entered && <PadPanel pad={pad} view={view} />}
        <Transcript lines={state.transcript} unheard={state.utterances} language={state.language} />
      </main>
      {closingWords(state) ? (
        <footer className={styles.dock}>
          <button type="button" className={ui.primary} onClick={session.finishNow}>
            {words.finish}
          </button>
        </footer>
      ) : (
        <AnswerDock session={session} state={state} />
      )}
      <EndDialog
        open={ending}
        onCancel={() => setEnding(false)}
        onConfirm={() => {
          setEnding(false);
          void session.end();
        }}
      />
    </div>
  );
}
