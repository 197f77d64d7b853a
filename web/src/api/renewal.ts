// The refresh cookie's turn. Of all that find their access token too old at once, in this tab and
// in the others of this browser, one asks for a new one.
import { requestOnce } from "./request";

const LOCK = "intervue.renewal";
const RENEWED_AT = "intervue.renewed-at";

export interface Together {
  /** Runs `work` when no other tab does. */
  alone: (work: () => Promise<void>) => Promise<void>;
  renewedAt: () => number;
  renewed: (at: number) => void;
  now: () => number;
}

/** Afterwards there is a newer access token than at `since`: another tab's, perhaps, which it
 * fetched in the meantime. Raises as `ask`. */
export async function renewBy(
  together: Together,
  since: number,
  ask: () => Promise<unknown>,
): Promise<void> {
  await together.alone(async () => {
    if (together.renewedAt() >= since) return;
    await ask();
    together.renewed(together.now());
  });
}

let renewing: Promise<void> | null = null;

/** `since`: when what was refused was sent, in ms. Raises `ApiError`: `auth.*` where one has to
 * sign in again. */
export function renew(since = Date.now()): Promise<void> {
  renewing ??= renewBy(tabs(), since, ask).finally(() => (renewing = null));
  return renewing;
}

/** Whether it could be. */
export function renewSession(): Promise<boolean> {
  return renew().then(
    () => true,
    () => false,
  );
}

function ask(): Promise<unknown> {
  const headers = { "Content-Type": "application/json" };
  return requestOnce("/api/v1/auth/refresh", { method: "POST", headers, body: "{}" });
}

function tabs(): Together {
  // Neither is there outside of a browser, and locks not on insecure origins: the server forgives
  // two tabs that ask at once.
  const locks = typeof navigator === "undefined" ? undefined : navigator.locks;
  return {
    alone: async (work) => void (await (locks ? locks.request(LOCK, work) : work())),
    renewedAt: () => Number(stored()?.getItem(RENEWED_AT) ?? 0),
    renewed: (at) => stored()?.setItem(RENEWED_AT, String(at)),
    now: Date.now,
  };
}

function stored(): Storage | undefined {
  try {
    return globalThis.localStorage;
  } catch {
    return undefined;
  }
}
