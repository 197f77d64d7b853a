// The way to the server and back: pages, and the live connection that an interview needs.

export type NetworkVerdict = "good" | "slow" | "blocked" | "offline";

export interface Measured {
  verdict: NetworkVerdict;
  /** The median; null where nothing came back. */
  roundTripMs: number | null;
}

export interface Probes {
  /** There and back once. Throws where the server is not reached. */
  ask(): Promise<void>;
  /** Whether a live connection comes about. */
  connect(): Promise<boolean>;
  now(): number;
}

const ROUNDS = 5;
/** From here on a reply is noticeably late. */
export const SLOW_MS = 300;

export async function measure(probes: Probes): Promise<Measured> {
  const times: number[] = [];
  try {
    await probes.ask(); // opens the connection, and is not counted
    for (let round = 0; round < ROUNDS; round++) {
      const before = probes.now();
      await probes.ask();
      times.push(probes.now() - before);
    }
  } catch {
    return { verdict: "offline", roundTripMs: null };
  }
  const roundTripMs = Math.max(1, Math.round(median(times)));
  if (!(await probes.connect())) return { verdict: "blocked", roundTripMs };
  return { verdict: roundTripMs > SLOW_MS ? "slow" : "good", roundTripMs };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
