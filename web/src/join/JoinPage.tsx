"use client";

import { useRouter } from "next/navigation";
import { useCallback, useEffect, useState, type FormEvent } from "react";
import {
  acceptInvitation,
  ApiError,
  askForAccommodation,
  giveConsent,
  lookAtInvitation,
  type ExtraTime,
  type Offered,
} from "@/api/rest";
import { Choice } from "@/ui/Field";
import { Quiet } from "@/ui/Quiet";
import ui from "@/ui/ui.module.css";
import styles from "./join.module.css";
import { NoticeText } from "./NoticeText";
import { REFUSAL, refusalOf, type Refusal } from "./outcome";
import { dropSecret, takeSecret } from "./secret";

type State =
  | { is: "loading" }
  | { is: "refused"; refusal: Refusal }
  | { is: "offered"; secret: string; offered: Offered };

export function JoinPage() {
  const [state, setState] = useState<State>({ is: "loading" });

  const load = useCallback(async () => {
    const secret = takeSecret(
      { hash: window.location.hash, forget: () => window.history.replaceState(window.history.state, "", "/join/") },
      window.sessionStorage,
    );
    try {
      if (!secret) throw new ApiError("invitation.not_found", "", 404);
      setState({ is: "offered", secret, offered: await lookAtInvitation(secret) });
    } catch (error) {
      setState({ is: "refused", refusal: refusalOf(error instanceof ApiError ? error.code : "") });
    }
  }, []);

  useEffect(() => {
    // State is set only after the answer has come.
    // eslint-disable-next-line react-hooks/set-state-in-effect
    void load();
  }, [load]);

  switch (state.is) {
    case "loading":
      return <Quiet title="Opening your invitation…" />;
    case "refused": {
      const { title, text, again } = REFUSAL[state.refusal];
      return (
        <Quiet title={title}>
          <p className={ui.lead} role="alert" data-testid="join-refused" data-refusal={state.refusal}>
            {text}
          </p>
          {again && (
            <button type="button" className={ui.button} onClick={() => void load()}>
              Try again
            </button>
          )}
        </Quiet>
      );
    }
    case "offered":
      return <Offer secret={state.secret} offered={state.offered} onRefused={(refusal) => setState({ is: "refused", refusal })} />;
  }
}

interface OfferProps {
  secret: string;
  offered: Offered;
  onRefused: (refusal: Refusal) => void;
}

function Offer({ secret, offered, onRefused }: OfferProps) {
  const router = useRouter();
  const [extraTime, setExtraTime] = useState<ExtraTime>("1");
  const [textOnly, setTextOnly] = useState(false);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");

  const consent = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      await acceptInvitation(secret);
      const interviewId = offered.interview_id;
      if (textOnly || extraTime !== "1" || note.trim()) {
        await askForAccommodation(interviewId, { extra_time: extraTime, text_only: textOnly, note: note.trim() });
      }
      await giveConsent(interviewId, offered.notice.version);
      dropSecret(window.sessionStorage);
      router.push(`/interview/?id=${encodeURIComponent(interviewId)}`);
    } catch (error) {
      setBusy(false);
      const refusal = refusalOf(error instanceof ApiError ? error.code : "");
      if (REFUSAL[refusal].again) setProblem(REFUSAL[refusal].text);
      else onRefused(refusal);
    }
  };

  const minutes = offered.minutes ? `About ${offered.minutes} minutes. ` : "";
  return (
    <main className={styles.page}>
      <header className={styles.intro}>
        <p className={ui.mark}>Intervue</p>
        <h1 className={ui.title}>
          {offered.organization_name} invites you to an interview
        </h1>
        <p className={ui.lead} data-testid="join-title">
          {offered.title}. {minutes}An AI asks the questions; you may pause and come back whenever you like.
        </p>
      </header>
      <section className={ui.panel} aria-label="Notice" data-testid="join-notice">
        <NoticeText text={offered.notice.text} />
        <p className={ui.small}>Version {offered.notice.version}</p>
      </section>
      <form className={styles.form} onSubmit={consent}>
        <fieldset className={styles.needs}>
          <legend>What would help you?</legend>
          <label className={styles.choice}>
            <input
              type="checkbox"
              checked={textOnly}
              onChange={(event) => setTextOnly(event.target.checked)}
              data-testid="join-text-only"
            />
            I would rather type than speak
          </label>
          <Choice
            label="Time to answer"
            value={extraTime}
            onValue={(chosen) => setExtraTime(chosen as ExtraTime)}
            data-testid="join-extra-time"
          >
            <option value="1">As planned</option>
            <option value="1.25">A quarter more</option>
            <option value="1.5">Half as much again</option>
            <option value="2">Twice as much (somebody has to agree)</option>
          </Choice>
          <label className={styles.field}>
            <span>Anything else we should know (you need not say)</span>
            <textarea value={note} rows={2} maxLength={1000} onChange={(event) => setNote(event.target.value)} />
          </label>
        </fieldset>
        {problem && (
          <p className={ui.error} role="alert">
            {problem}
          </p>
        )}
        <button type="submit" className={ui.primary} disabled={busy} data-testid="join-consent">
          {busy ? "One moment…" : "I have read this and consent"}
        </button>
        <p className={ui.small}>You can withdraw at any time. If you do not agree, simply close this page.</p>
      </form>
    </main>
  );
}
