"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { chooseMicrophone, MicrophoneError } from "@/audio/microphone";
import type { MicrophoneProblem } from "@/session/state";
import { MicrophoneProbe } from "./microphone-probe";

export type Tried =
  | { is: "off" }
  | { is: "asking" }
  | { is: "open"; probe: MicrophoneProbe; devices: readonly MediaDeviceInfo[] }
  | { is: "problem"; problem: MicrophoneProblem };

/** Opened when asked for, closed with the page. */
export function useMicrophone(context: () => AudioContext) {
  const [tried, setTried] = useState<Tried>({ is: "off" });
  const probe = useRef<MicrophoneProbe | null>(null);
  /** Counts up, so that a microphone that is late for its own closing is closed. */
  const wanted = useRef(0);

  const close = useCallback(() => {
    wanted.current += 1;
    probe.current?.close();
    probe.current = null;
  }, []);

  useEffect(() => close, [close]);

  const open = useCallback(async () => {
    close();
    const mine = wanted.current;
    setTried({ is: "asking" });
    try {
      const opened = await MicrophoneProbe.open(context());
      const devices = await inputs();
      if (mine !== wanted.current) return opened.close();
      probe.current = opened;
      opened.onLost = () => {
        close();
        setTried({ is: "problem", problem: "lost" });
      };
      setTried({ is: "open", probe: opened, devices });
    } catch (error) {
      if (mine !== wanted.current) return;
      const problem = error instanceof MicrophoneError ? error.problem : "failed";
      setTried({ is: "problem", problem });
    }
  }, [close, context]);

  const choose = useCallback(
    (deviceId: string) => {
      chooseMicrophone(deviceId);
      void open();
    },
    [open],
  );

  return { tried, open, choose };
}

/** Their names are told once one of them may be used. */
async function inputs(): Promise<MediaDeviceInfo[]> {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter((device) => device.kind === "audioinput");
}
