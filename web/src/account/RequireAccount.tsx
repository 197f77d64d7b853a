"use client";

import { useCallback, useEffect, useMemo, useState, type ReactNode } from "react";
import { readAccount, type Account } from "@/api/account";
import { ApiError, isSignedOut } from "@/api/request";
import { Quiet } from "@/ui/Quiet";
import ui from "@/ui/ui.module.css";
import { signInPlace } from "./places";
import { SignedInContext } from "./signed-in";
import { useAccountWords } from "./spoken";
import { saidOf } from "./wording";

/** Why nobody is signed in. */
type Reason = "missing" | "expired" | "ended";

type State =
  | { is: "loading" }
  | { is: "failed"; error: unknown }
  | { is: "out"; why: Reason }
  | { is: "in"; account: Account };

/** What is within is shown to people who are signed in; to everybody else, how to be, with `aside`
 * beside our name. */
export function RequireAccount({ aside, children }: { aside?: ReactNode; children: ReactNode }) {
  const words = useAccountWords();
  const [state, setState] = useState<State>({ is: "loading" });

  const signedOut = useCallback((error: unknown) => {
    if (!isSignedOut(error)) return false;
    setState({ is: "out", why: reasonOf(error.code) });
    return true;
  }, []);

  const load = useCallback(async () => {
    try {
      const account = await readAccount();
      setState({ is: "in", account });
    } catch (error) {
      if (signedOut(error)) return;
      // Whoever is in stays in while the server is away.
      setState((now) => (now.is === "in" ? now : { is: "failed", error }));
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
        <Quiet title={words.gate.failed} aside={aside}>
          <p className={ui.lead} role="alert">
            {saidOf(state.error, words)}
          </p>
          <button type="button" className={ui.button} onClick={() => void load()}>
            {words.tryAgain}
          </button>
        </Quiet>
      );
    case "out": {
      const { title, text } = words.gate[state.why];
      return (
        <Quiet title={title} aside={aside}>
          <p className={ui.lead} role="alert" data-testid="signed-out">
            {text}
          </p>
          {/* The address is known in the browser alone, where this is shown. */}
          <a className={ui.primary} href={signInPlace(window.location.pathname + window.location.search)}>
            {words.signIn}
          </a>
        </Quiet>
      );
    }
    default:
      return (
        <Quiet title={words.moment} aside={aside}>
          <p className="visually-hidden" role="status">
            {words.gate.looking}
          </p>
        </Quiet>
      );
  }
}

function reasonOf(code: ApiError["code"]): Reason {
  if (code === "auth.missing") return "missing";
  return code === "auth.expired" ? "expired" : "ended";
}
