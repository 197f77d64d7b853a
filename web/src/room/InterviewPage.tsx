"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useEffect } from "react";
import { sessionFor, watchNetwork } from "@/session/registry";
import type { Session } from "@/session/session";
import { orbState } from "@/session/view";
import { Quiet } from "@/ui/Quiet";
import { languageChoice } from "@/words/language";
import { usePageWords } from "@/words/useWords";
import { Done } from "./Done";
import { Gate } from "./Gate";
import { Refused, Superseded } from "./Stopped";
import { Room } from "./Room";
import { useRoom } from "./useRoom";

export function InterviewPage() {
  const interviewId = useSearchParams().get("id");
  const { gate: words } = usePageWords("interview");
  useEffect(watchNetwork, []);
  if (!interviewId) {
    return (
      <Quiet title={words.noInterview}>
        <Link href="/">{words.startNew}</Link>
      </Quiet>
    );
  }
  return <Interview session={sessionFor(interviewId)} />;
}

function Interview({ session }: { session: Session }) {
  const state = useRoom(session);
  const { entered, language } = state;
  useEffect(() => {
    if (entered) languageChoice().heldIn(language);
  }, [entered, language]);
  switch (orbState(state)) {
    case "ended":
      return <Done state={state} />;
    case "superseded":
      return <Superseded session={session} />;
    case "refused":
      return <Refused state={state} />;
    default:
      if (state.link === "idle") return <Gate session={session} state={state} />;
      return <Room session={session} state={state} />;
  }
}
