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

/** Asks for the microphone. Throws `MicrophoneError`. */
export async function openMicrophone(): Promise<MediaStream> {
  // Undefined on pages that are not served securely, whatever its type says.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices) throw new MicrophoneError("insecure");
  try {
    return await devices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true },
    });
  } catch (error) {
    const name = error instanceof DOMException ? error.name : "";
    throw new MicrophoneError(NAMED[name] ?? "failed");
  }
}
