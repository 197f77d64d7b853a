// The REST calls of candidates' pages.
import type { Snapshot } from "@/protocol/messages.gen";
import type { Standing } from "@/session/options";
import { ApiError, post, request, WS_URL } from "./request";

export { renewSession } from "./renewal";
export { ApiError } from "./request";

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

export function socketUrl(interviewId: string): string {
  const base = WS_URL || window.location.origin.replace(/^http/, "ws");
  return `${base}/ws/interview/${encodeURIComponent(interviewId)}`;
}

export function listRoles(): Promise<Role[]> {
  return request<Role[]>("/api/v1/roles");
}

export function createInterview(role: string, candidateName: string): Promise<CreatedInterview> {
  return post<CreatedInterview>("/api/v1/interviews", { role, candidate_name: candidateName });
}

export interface Offered {
  interview_id: string;
  organization_name: string;
  title: string;
  minutes: number | null;
  accepted: boolean;
  notice: NoticeText;
  /** In every language. An older server has it in English alone, and names no languages. */
  notices?: NoticeText[];
  /** What the interview is held in. */
  language?: string;
}

export interface NoticeText {
  /** Of its language too. */
  version: string;
  language?: string;
  text: string;
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
