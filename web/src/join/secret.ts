// The link's secret: out of the address bar at once, and kept for this tab until it is used.

const KEY = "intervue.invitation";

export interface Place {
  hash: string;
  /** Takes the fragment out of the address bar and the history. */
  forget: () => void;
}

/** Null where the page was opened without one. A reload finds it again. */
export function takeSecret(place: Place, kept: Storage): string | null {
  const secret = place.hash.replace(/^#/, "");
  if (!secret) return kept.getItem(KEY);
  place.forget();
  kept.setItem(KEY, secret);
  return secret;
}

export function dropSecret(kept: Storage): void {
  kept.removeItem(KEY);
}
