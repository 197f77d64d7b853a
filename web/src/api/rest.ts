// The REST calls of the page. Same origin, unless NEXT_PUBLIC_* say otherwise (`pnpm dev`).
import type { Snapshot } from "@/protocol/messages.gen";
import type { Standing } from "@/session/session";

export interface Role {
  role: string;
  title: string;
  description?: string;
  minutes?: number;
}

export interface CreatedInterview {
  interview_id: string;
  role: string;
  title: string;
  status: string;
}

/** `message` is for people; `code` is stable. */
export class ApiError extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(message);
  }
}

const DEV_API = process.env.NODE_ENV === "development" ? "http://localhost:8000" : "";
const API_URL = process.env.NEXT_PUBLIC_API_URL || DEV_API;
const WS_URL = process.env.NEXT_PUBLIC_WS_URL || DEV_API.replace(/^http/, "ws");

export function socketUrl(interviewId: string): string {
  const base = WS_URL || window.location.origin.replace(/^http/, "ws");
  return `${base}/ws/interview/${encodeURIComponent(interviewId)}`;
}

export function listRoles(): Promise<Role[]> {
  return request<Role[]>("/api/v1/roles");
}

export function createInterview(role: string, candidateName: string): Promise<CreatedInterview> {
  return request<CreatedInterview>("/api/v1/interviews", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ role, candidate_name: candidateName }),
  });
}

export interface Offered {
  interview_id: string;
  organization_name: string;
  title: string;
  minutes: number | null;
  accepted: boolean;
  notice: { version: string; text: string };
}

export type ExtraTime = "1" | "1.25" | "1.5" | "2";

export function lookAtInvitation(secret: string): Promise<Offered> {
  return post<Offered>("/api/v1/invitations/look", { secret });
}

/** Signs in by cookie. May be repeated by the same browser. */
export function acceptInvitation(secret: string): Promise<unknown> {
  return post("/api/v1/invitations/accept", { secret });
}

/** The candidate wants to type. */
export async function wantsText(interviewId: string): Promise<boolean> {
  try {
    const path = `/api/v1/interviews/${encodeURIComponent(interviewId)}`;
    return (await request<{ text_only: boolean | null }>(path)).text_only === true;
  } catch {
    return false;
  }
}

export function giveConsent(interviewId: string, noticeVersion: string): Promise<unknown> {
  const path = `/api/v1/interviews/${encodeURIComponent(interviewId)}/consent`;
  return post(path, { notice_version: noticeVersion });
}

export function askForAccommodation(
  interviewId: string,
  wanted: { extra_time: ExtraTime; text_only: boolean; note: string },
): Promise<unknown> {
  return post(`/api/v1/interviews/${encodeURIComponent(interviewId)}/accommodations`, wanted);
}

/** A server that cannot be reached may have it or not. */
export async function interviewStanding(interviewId: string): Promise<Standing> {
  try {
    const path = `/api/v1/interviews/${encodeURIComponent(interviewId)}`;
    const { status } = await request<{ status: Snapshot["status"] }>(path);
    return status === "completed" || status === "abandoned" ? "over" : "open";
  } catch (error) {
    return error instanceof ApiError && error.status === 404 ? "missing" : "unknown";
  }
}

function post<T>(path: string, body: object): Promise<T> {
  return request<T>(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
}

let renewing: Promise<boolean> | null = null;

/** A new access token by the refresh cookie; whether there is one. Asked for at once by several,
 * it is one request. */
export function renewSession(): Promise<boolean> {
  renewing ??= post("/api/v1/auth/refresh", {})
    .then(() => true)
    .catch(() => false)
    .finally(() => (renewing = null));
  return renewing;
}

async function request<T>(path: string, init?: RequestInit): Promise<T> {
  try {
    return await requestOnce<T>(path, init);
  } catch (error) {
    const stale = error instanceof ApiError && error.code === "auth.expired";
    if (!stale || path === "/api/v1/auth/refresh" || !(await renewSession())) throw error;
    return await requestOnce<T>(path, init);
  }
}

async function requestOnce<T>(path: string, init?: RequestInit): Promise<T> {
  let response: Response;
  try {
    // The dev server's page and the API are two origins of one site.
    response = await fetch(API_URL + path, { credentials: "include", ...init });
  } catch {
    throw new ApiError("network", "The server cannot be reached. Is it running?", 0);
  }
  // Whatever a proxy in between may send instead of JSON.
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as T;
  throw errorFrom(body, response.status);
}

function errorFrom(body: unknown, status: number): ApiError {
  const error = (body as { error?: { code?: unknown; message?: unknown } } | null)?.error;
  const code = typeof error?.code === "string" ? error.code : "http";
  const message =
    typeof error?.message === "string" ? error.message : `The server answered ${status}.`;
  return new ApiError(code, message, status);
}
