"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import ui from "@/ui/ui.module.css";
import { LanguageSwitch } from "@/words/LanguageSwitch";
import { usePageWords } from "@/words/useWords";
import styles from "./check.module.css";
import { MicrophoneStep } from "./MicrophoneStep";
import { NetworkStep } from "./NetworkStep";
import { SpeakerStep } from "./SpeakerStep";
import { useAudioContext } from "./useAudioContext";

/** Before the room: whether one is heard, hears, and gets through. */
export function CheckPage() {
  const interviewId = useSearchParams().get("id");
  const words = usePageWords("check");
  const context = useAudioContext();
  return (
    <main className={styles.page} data-testid="check">
      <header className={styles.intro}>
        <div className={ui.top}>
          <p className={ui.mark}>Intervue</p>
          <LanguageSwitch />
        </div>
        <h1 className={ui.title}>{words.check.title}</h1>
        <p className={ui.lead}>{words.check.lead}</p>
      </header>
      <MicrophoneStep context={context} />
      <SpeakerStep context={context} />
      <NetworkStep />
      <footer className={styles.onward}>
        {interviewId ? (
          <Link
            href={`/interview/?id=${encodeURIComponent(interviewId)}`}
            className={ui.primary}
            data-testid="to-interview"
          >
            {words.check.toInterview}
          </Link>
        ) : (
          <Link href="/" className={ui.primary} data-testid="to-start">
            {words.check.back}
          </Link>
        )}
        <p className={ui.small}>{words.check.typeInstead}</p>
      </footer>
    </main>
  );
}
