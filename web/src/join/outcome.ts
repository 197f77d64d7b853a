// What a refusal of the server's means to somebody who holds a link.

export type Refusal = "expired" | "used" | "revoked" | "unknown" | "done" | "offline" | "refused";

const BY_CODE: Record<string, Refusal> = {
  "invitation.expired": "expired",
  "invitation.used": "used",
  "invitation.revoked": "revoked",
  "invitation.not_found": "unknown",
  "interview.ended": "done",
  network: "offline",
};

export function refusalOf(code: string): Refusal {
  return BY_CODE[code] ?? "refused";
}

/** Where trying again can help. */
export function mayPass(refusal: Refusal): boolean {
  return refusal === "offline" || refusal === "refused";
}
