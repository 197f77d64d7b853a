"use client";

import { useSyncExternalStore } from "react";
import type { Session } from "@/session/session";
import type { RoomState } from "@/session/state";

export function useRoom(session: Session): RoomState {
  return useSyncExternalStore(session.subscribe, session.getState, session.getState);
}
