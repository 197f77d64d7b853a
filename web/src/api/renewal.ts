// The refresh cookie's turn. Of all that find their access token too old at once, in this tab and
// in the others of this browser, one asks for a new one.
import { requestOnce } from "./request";

const LOCK = "intervue.renewal";

export interface Together {
  /** Runs `work` when no other tab does. */
  alone: (work: () => Promise<void>) => Promise<void>;
  /** Whether the access token holds. */
  holds: () => Promise<boolean>;
  ask: () => Promise<unknown>;
}

/** Afterwards the access token holds: another tab may have fetched it while this one waited.
 * Raises as `ask`. */
export function renewBy(together: Together): Promise<void> {
  return together.alone(async () => {
    if (!(await together.holds())) await together.ask();
  });
}

let renewing: Promise<void> | null = null;

/** Raises `ApiError`: `auth.*` where one has to sign in again. */
export function renew(): Promise<void> {
  renewing ??= renewBy({ alone, holds, ask }).finally(() => (renewing = null));
  return renewing;
}

/** Whether it could be. */
export function renewSession(): Promise<boolean> {
  return renew().then(
    () => true,
    () => false,
  );
}

async function alone(work: () => Promise<void>): Promise<void> {
  // Not there on insecure origins: the server forgives two tabs that ask at once.
  const locks = navigator.locks as LockManager | undefined;
  await (locks ? locks.request(LOCK, work) : work());
}

// Storage that tabs share lags behind its writers; the server knows.
function holds(): Promise<boolean> {
  return requestOnce("/api/v1/account").then(
    () => true,
    () => false,
  );
}

function ask(): Promise<unknown> {
  const headers = { "Content-Type": "application/json" };
  return requestOnce("/api/v1/auth/refresh", { method: "POST", headers, body: "{}" });
}
