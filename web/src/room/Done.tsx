import Link from "next/link";
import type { RoomState } from "@/session/state";
import ui from "@/ui/ui.module.css";
import { LanguageSwitch } from "@/words/LanguageSwitch";
import { useWords } from "@/words/useWords";
import styles from "./room.module.css";
import { Transcript } from "./Transcript";

export function Done({ state }: { state: RoomState }) {
  const { outcome, totalTurns } = state.ended ?? { outcome: "completed", totalTurns: null };
  const answers = totalTurns ?? state.transcript.filter((line) => line.role === "candidate").length;
  const { done } = useWords();
  return (
    <main className={styles.done} data-testid="done" data-state="ended" data-outcome={outcome}>
      <div className={ui.top}>
        <p className={ui.mark}>Intervue</p>
        <LanguageSwitch />
      </div>
      <h1 className={ui.title}>{done.thanks(state.candidateName)}</h1>
      <p className={ui.lead}>
        {done.outcome[outcome]} {outcome !== "withdrawn" && answers > 0 && done.saved(answers)}
      </p>
      <Transcript lines={state.transcript} language={state.language} done />
      <Link href="/" className={ui.button}>
        {done.another}
      </Link>
    </main>
  );
}
