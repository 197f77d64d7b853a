"use client";

import { useState } from "react";
import { Choice } from "@/ui/Field";
import ui from "@/ui/ui.module.css";
import { useWords } from "@/words/useWords";
import styles from "./check.module.css";
import type { Finding } from "./level";
import { Meter } from "./Meter";
import { Replay } from "./Replay";
import { Fix, Step, type Standing } from "./Step";
import { useMicrophone, type Tried } from "./useMicrophone";

export function MicrophoneStep({ context }: { context: () => AudioContext }) {
  const { check: words, microphone, tryAgain } = useWords();
  const { tried, open, choose } = useMicrophone(context);
  const [finding, setFinding] = useState<Finding>("waiting");

  return (
    <Step
      name="microphone"
      title={words.microphone}
      hint={words.microphoneHint}
      standing={standingOf(tried, finding)}
    >
      {tried.is === "problem" && <Fix problem={tried.problem} {...microphone[tried.problem]} />}
      {tried.is === "open" ? (
        <>
          <Choice
            label={words.which}
            value={tried.probe.deviceId}
            onValue={choose}
            data-testid="check-devices"
          >
            {tried.devices.map((device, index) => (
              <option key={device.deviceId} value={device.deviceId}>
                {device.label || words.unnamed(index + 1)}
              </option>
            ))}
          </Choice>
          <Meter key={tried.probe.deviceId} probe={tried.probe} onFinding={setFinding} />
          <Replay key={`replay-${tried.probe.deviceId}`} probe={tried.probe} />
        </>
      ) : (
        <div className={styles.row}>
          <button
            type="button"
            className={tried.is === "off" ? ui.go : ui.button}
            onClick={() => void open()}
            aria-disabled={tried.is === "asking"}
            data-testid="check-allow"
          >
            {tried.is === "problem" ? tryAgain : words.allow}
          </button>
          {tried.is === "asking" && (
            <p role="status" className={styles.finding}>
              {words.asking}
            </p>
          )}
        </div>
      )}
    </Step>
  );
}

function standingOf(tried: Tried, finding: Finding): Standing {
  if (tried.is === "problem") return "attention";
  if (tried.is !== "open" || finding === "waiting") return "open";
  return finding === "heard" ? "works" : "attention";
}
