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
import { languageChoice } from "@/words/language";
import { LanguageSwitch } from "@/words/LanguageSwitch";
import { useLanguage, usePageWords, useWords } from "@/words/useWords";
import styles from "./join.module.css";
import { noticeIn } from "./notice";
import { NoticeText } from "./NoticeText";
import { mayPass, refusalOf, type Refusal } from "./outcome";
import { dropSecret, takeSecret } from "./secret";

const EXTRA_TIMES: readonly ExtraTime[] = ["1", "1.25", "1.5", "2"];

type State =
  | { is: "loading" }
  | { is: "refused"; refusal: Refusal }
  | { is: "offered"; secret: string; offered: Offered };

export function JoinPage() {
  const words = usePageWords("join");
  const [state, setState] = useState<State>({ is: "loading" });

  const load = useCallback(async () => {
    const secret = takeSecret(
      { hash: window.location.hash, forget: () => window.history.replaceState(window.history.state, "", "/join/") },
      window.sessionStorage,
    );
    try {
      if (!secret) throw new ApiError("invitation.not_found", "", 404);
      const offered = await lookAtInvitation(secret);
      languageChoice().heldIn(offered.language ?? "");
      setState({ is: "offered", secret, offered });
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
      return <Quiet title={words.join.opening} />;
    case "refused": {
      const { title, text } = words.join.refusals[state.refusal];
      return (
        <Quiet title={title}>
          <p className={ui.lead} role="alert" data-testid="join-refused" data-refusal={state.refusal}>
            {text}
          </p>
          {mayPass(state.refusal) && (
            <button type="button" className={ui.button} onClick={() => void load()}>
              {words.tryAgain}
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
  const { join: words } = useWords();
  const notice = noticeIn(useLanguage(), offered);
  const router = useRouter();
  const [extraTime, setExtraTime] = useState<ExtraTime>("1");
  const [textOnly, setTextOnly] = useState(false);
  const [note, setNote] = useState("");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Refusal | null>(null);

  const consent = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      await acceptInvitation(secret);
      const interviewId = offered.interview_id;
      if (textOnly || extraTime !== "1" || note.trim()) {
        await askForAccommodation(interviewId, { extra_time: extraTime, text_only: textOnly, note: note.trim() });
      }
      await giveConsent(interviewId, notice.version);
      dropSecret(window.sessionStorage);
      router.push(`/interview/?id=${encodeURIComponent(interviewId)}`);
    } catch (error) {
      setBusy(false);
      const refusal = refusalOf(error instanceof ApiError ? error.code : "");
      if (mayPass(refusal)) setProblem(refusal);
      else onRefused(refusal);
    }
  };

  return (
    <main className={styles.page}>
      <header className={styles.intro}>
        <div className={ui.top}>
          <p className={ui.mark}>Intervue</p>
          <LanguageSwitch />
        </div>
        <h1 className={ui.title}>
          {words.invites(offered.organization_name)}
        </h1>
        <p className={ui.lead} data-testid="join-title">
          <span lang={offered.language ?? "en"}>{offered.title}</span>. {offered.minutes && words.about(offered.minutes)} {words.asks}
        </p>
      </header>
      <section className={ui.panel} aria-label={words.notice} data-testid="join-notice">
        <div lang={notice.language ?? "en"} className={styles.notice}>
          <NoticeText text={notice.text} />
        </div>
        <p className={ui.small}>{words.version(notice.version)}</p>
      </section>
      <form className={styles.form} onSubmit={consent}>
        <fieldset className={styles.needs}>
          <legend>{words.needs}</legend>
          <label className={styles.choice}>
            <input
              type="checkbox"
              checked={textOnly}
              onChange={(event) => setTextOnly(event.target.checked)}
              data-testid="join-text-only"
            />
            {words.textOnly}
          </label>
          <Choice
            label={words.time}
            value={extraTime}
            onValue={(chosen) => setExtraTime(chosen as ExtraTime)}
            data-testid="join-extra-time"
          >
            {EXTRA_TIMES.map((time) => (
              <option key={time} value={time}>
                {words.times[time]}
              </option>
            ))}
          </Choice>
          <label className={styles.field}>
            <span>{words.note}</span>
            <textarea value={note} rows={2} maxLength={1000} onChange={(event) => setNote(event.target.value)} />
          </label>
        </fieldset>
        {problem && (
          <p className={ui.error} role="alert">
            {words.refusals[problem].text}
          </p>
        )}
        <button type="submit" className={ui.primary} disabled={busy} data-testid="join-consent">
          {busy ? words.moment : words.consent}
        </button>
        <p className={ui.small}>{words.withdraw}</p>
      </form>
    </main>
  );
}
