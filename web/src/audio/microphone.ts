import type { MicrophoneProblem } from "@/session/state";

/** Why the microphone cannot be used; the room words each fix. */
export class MicrophoneError extends Error {
  constructor(readonly problem: MicrophoneProblem) {
    super(`microphone ${problem}`);
  }
}

const NAMED: Record<string, MicrophoneProblem> = {
  NotAllowedError: "blocked",
  SecurityError: "blocked",
  NotFoundError: "missing",
  OverconstrainedError: "missing",
  NotReadableError: "busy",
  AbortError: "busy",
};

const CHOSEN = "intervue.microphone";

/** The one to use in this browser from now on. Without a storage it is the system's own. */
export function chooseMicrophone(deviceId: string): void {
  try {
    localStorage.setItem(CHOSEN, deviceId);
  } catch {
    // A private window.
  }
}

function chosenMicrophone(): string | null {
  try {
    return localStorage.getItem(CHOSEN);
  } catch {
    return null;
  }
}

/** Asks for the microphone: the chosen one, or another where that is not there. Throws `MicrophoneError`. */
export async function openMicrophone(): Promise<MediaStream> {
  // Undefined on pages that are not served securely, whatever its type says.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new MicrophoneError("insecure");
  const deviceId = chosenMicrophone();
  try {
    return await ask(devices, deviceId);
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    throw new MicrophoneError(NAMED[name] ?? "failed");
  }
}

async function ask(devices: MediaDevices, deviceId: string | null): Promise<MediaStream> {
  const audio = { channelCount: 1, echoCancellation: true, noiseSuppression: true };
  if (!deviceId) return devices.getUserMedia({ audio });
  try {
    // "exact": as a wish alone, Chromium prefers the system's own.
    return await devices.getUserMedia({ audio: { ...audio, deviceId: { exact: deviceId } } });
  } catch (error) {
    if ((error as { name?: unknown }).name !== "OverconstrainedError") throw error;
    return devices.getUserMedia({ audio });
  }
}
