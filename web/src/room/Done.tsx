import Link from "next/link";
import type { SessionEnded } from "@/protocol/messages.gen";
import type { RoomState } from "@/session/state";
import ui from "@/ui/ui.module.css";
import styles from "./room.module.css";
import { Transcript } from "./Transcript";

const OUTCOME: Record<SessionEnded["outcome"], string> = {
  completed: "You have answered every question.",
  ended_by_candidate: "You ended the interview here.",
  expired: "The interview was closed because it was paused for a long time.",
  withdrawn: "You withdrew your consent. Your recordings are being erased.",
};

export function Done({ state }: { state: RoomState }) {
  const { outcome, totalTurns } = state.ended ?? { outcome: "completed", totalTurns: null };
  const answers = totalTurns ?? state.transcript.filter((line) => line.role === "candidate").length;
  const name = state.candidateName ? `, ${state.candidateName}` : "";
  return (
    <main className={styles.done} data-testid="done" data-state="ended" data-outcome={outcome}>
      <p className={ui.mark}>Intervue</p>
      <h1 className={ui.title}>Thank you{name}.</h1>
      <p className={ui.lead}>
        {OUTCOME[outcome]}{" "}
        {outcome !== "withdrawn" && answers > 0 && (
          <>{answers === 1 ? "Your answer is" : `Your ${answers} answers are`} saved.</>
        )}
      </p>
      <Transcript lines={state.transcript} done />
      <Link href="/" className={ui.button}>
        Start another interview
      </Link>
    </main>
  );
}
