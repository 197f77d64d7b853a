// Silero's voice detector on onnxruntime, from our own files. Loaded when somebody wants it: it is
// several times the size of the page.

/** Of one frame of the detector: 512 samples at 16 kHz. */
export const DETECTOR_FRAME_MS = 32;
const FILES = "/detector/";

export interface Detector {
  close(): void;
}

/** Listens until closed; `onFrame` is given the probability of speech, from 0 to 1. */
export async function openDetector(
  context: AudioContext,
  stream: MediaStream,
  onFrame: (probability: number) => void,
): Promise<Detector> {
  const { MicVAD } = await import("@ricky0123/vad-web");
  const detector = await MicVAD.new({
    model: "v5",
    baseAssetPath: FILES,
    onnxWASMBasePath: FILES,
    audioContext: context,
    // The room's microphone, which the room closes.
    getStream: () => Promise.resolve(stream),
    pauseStream: () => Promise.resolve(),
    resumeStream: () => Promise.resolve(stream),
    processorType: "AudioWorklet",
    startOnLoad: false,
    ortConfig: (ort) => {
      ort.env.logLevel = "error";
      ort.env.wasm.numThreads = 1;
    },
    onFrameProcessed: ({ isSpeech }) => onFrame(isSpeech),
  });
  await detector.start();
  return { close: () => void detector.destroy().catch(() => undefined) };
}
