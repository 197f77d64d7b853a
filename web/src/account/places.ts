// Where people go after they have signed in, and what links bring along.
import type { Account } from "@/api/account";

const OURS = /^\/(desk|account|confirm-address|interview|temporal)(\/[^\\]*)?(\?[^\\]*)?$/;

/** `wanted` is from the address bar, where anybody may have written it: ours alone, or none. */
export function nextPlace(wanted: string | null, account: Account): string {
  if (wanted && OURS.test(wanted) && !wanted.includes("//")) return wanted;
  return homeOf(account);
}

export function homeOf(account: Account): string {
  return account.role === "candidate" ? "/account/" : "/desk/";
}

/** Back here after signing in. */
export function signInPlace(here: string): string {
  return `/login/?next=${encodeURIComponent(here)}`;
}

/** Only pages of the web client can be gone to without loading anew. */
export function isPage(place: string): boolean {
  return !place.startsWith("/temporal");
}

/** Of `#token=…`, as mailed; null where there is none. */
export function tokenIn(hash: string): string | null {
  return new URLSearchParams(hash.replace(/^#/, "")).get("token") || null;
}
