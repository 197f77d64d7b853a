"use client";

import { useSyncExternalStore } from "react";

/** False until scripts run: before that a form would send itself, passwords in the address. */
export function useHydrated(): boolean {
  return useSyncExternalStore(subscribe, isSo, isNotSo);
}

const subscribe = () => () => undefined;
const isSo = () => true;
const isNotSo = () => false;
