"use client";

import { createContext, useContext } from "react";
import type { Account } from "@/api/account";

export interface SignedIn {
  account: Account;
  /** Whether the error says that the session is over; the page then says so. */
  signedOut: (error: unknown) => boolean;
}

export const SignedInContext = createContext<SignedIn | null>(null);

/** Of pages within `RequireAccount`. */
export function useAccount(): Account {
  const signedIn = useContext(SignedInContext);
  if (!signedIn) throw new Error("not within RequireAccount");
  return signedIn.account;
}

/** On pages that need no account nobody is signed out. */
export function useSignedOut(): (error: unknown) => boolean {
  return useContext(SignedInContext)?.signedOut ?? never;
}

function never(): boolean {
  return false;
}
