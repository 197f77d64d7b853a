"use client";

import Link from "next/link";
import type { Session } from "@/session/session";
import type { RoomState } from "@/session/state";
import { Quiet } from "@/ui/Quiet";
import ui from "@/ui/ui.module.css";

export function Superseded({ session }: { session: Session }) {
  return (
    <Quiet title="The interview goes on in another window">
      <div data-testid="superseded" data-state="superseded" role="status" className={ui.lead}>
        It was opened there later, so this window has let go. Nothing is lost.
      </div>
      <button
        type="button"
        className={ui.button}
        onClick={session.takeBack}
        data-testid="take-back"
      >
        Continue here instead
      </button>
    </Quiet>
  );
}

export function Refused({ state }: { state: RoomState }) {
  return (
    <Quiet title="This interview cannot be opened">
      <p data-testid="refused" data-state="refused" role="alert" className={ui.lead}>
        {state.notice?.text}
      </p>
      <Link href="/" className={ui.button}>
        Go to the start page
      </Link>
    </Quiet>
  );
}
