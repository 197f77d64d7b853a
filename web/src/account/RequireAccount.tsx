"use client";

import { useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { readAccount, type Account } from "@/api/account";
import { ApiError, isSignedOut } from "@/api/request";
import { Quiet } from "@/ui/Quiet";
import ui from "@/ui/ui.module.css";
import { signInPlace } from "./places";
import { SignedInContext } from "./signed-in";
import { saidOf } from "./wording";

type State =
  | { is: "loading" }
  | { is: "failed"; problem: string }
  | { is: "out"; title: string; text: string }
  | { is: "in"; account: Account };

/** What is within is shown to people who are signed in; to everybody else, how to be. */
export function RequireAccount({ children }: { children: ReactNode }) {
  const [state, setState] = useState<State>({ is: "loading" });

  const signedOut = useCallback((error: unknown) => {
    if (!isSignedOut(error)) return false;
    setState({ is: "out", ...goodbye(error.code) });
    return true;
  }, []);

  const load = useCallback(async () => {
    try {
      const account = await readAccount();
      setState({ is: "in", account });
    } catch (error) {
      if (signedOut(error)) return;
      // Whoever is in stays in while the server is away.
      setState((now) => (now.is === "in" ? now : { is: "failed", problem: saidOf(error) }));
    }
  }, [signedOut]);

  useEffect(() => {
    void load();
    // Somebody may have signed out in another tab, or revoked this device from afar.
    const look = () => document.visibilityState === "visible" && void load();
    document.addEventListener("visibilitychange", look);
    window.addEventListener("focus", look);
    return () => {
      document.removeEventListener("visibilitychange", look);
      window.removeEventListener("focus", look);
    };
  }, [load]);

  const account = state.is === "in" ? state.account : null;
  const signedIn = useMemo(() => account && { account, signedOut }, [account, signedOut]);

  if (signedIn) return <SignedInContext value={signedIn}>{children}</SignedInContext>;
  switch (state.is) {
    case "failed":
      return (
        <Quiet title="We could not look you up">
          <p className={ui.lead} role="alert">
            {state.problem}
          </p>
          <button type="button" className={ui.button} onClick={() => void load()}>
            Try again
          </button>
        </Quiet>
      );
    case "out":
      return (
        <Quiet title={state.title}>
          <p className={ui.lead} role="alert" data-testid="signed-out">
            {state.text}
          </p>
          {/* The address is known in the browser alone, where this is shown. */}
          <a className={ui.primary} href={signInPlace(window.location.pathname + window.location.search)}>
            Sign in
          </a>
        </Quiet>
      );
    default:
      return (
        <Quiet title="One moment…">
          <p className="visually-hidden" role="status">
            Looking up your account
          </p>
        </Quiet>
      );
  }
}

function goodbye(code: ApiError["code"]): { title: string; text: string } {
  if (code === "auth.missing") return { title: "Please sign in", text: "This page is for people with an account." };
  if (code === "auth.expired") return { title: "You have been signed out", text: "You had not been here for a while. Sign in to go on." };
  return {
    title: "This session has ended",
    text: "You were signed out on this device: by yourself, by a new password, or by an admin. Sign in to go on.",
  };
}
