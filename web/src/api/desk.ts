// What recruiters and admins ask of the server.
import { API_URL, post, request, send } from "./request";

export interface Page<Item> {
  items: Item[];
  next_cursor: string | null;
}

export type InterviewStatus = "created" | "active" | "paused" | "completed" | "abandoned";

export interface Interview {
  interview_id: string;
  role: string;
  title: string;
  candidate_name: string;
  status: InterviewStatus;
  phase: string;
  total_turns: number;
  created_at: string;
  updated_at: string;
  workflow_url: string | null;
  plan_hash: string | null;
  started_at: string | null;
  ended_at: string | null;
  /** How often it went on, after a pause or an absence; null where it is read by itself. */
  resumes: number | null;
  /** Null where it does not run, or nobody can tell. */
  seen: Seen | null;
}

/** Whether the candidate is in their room. `seen_at`: of one who is away, when they were last. */
export interface Seen {
  presence: "here" | "away";
  seen_at: string | null;
}

export type InvitationState = "open" | "used" | "expired" | "revoked";

export interface Invitation {
  invitation_id: string;
  interview_id: string;
  title: string;
  candidate_name: string;
  candidate_email: string | null;
  state: InvitationState;
  created_at: string;
  expires_at: string;
  used_at: string | null;
}

export interface Issued extends Invitation {
  link: string;
  mailed: boolean;
}

export interface Accommodation {
  accommodation_id: string;
  interview_id: string;
  candidate_name: string;
  title: string;
  extra_time_factor: number;
  text_only: boolean;
  note: string;
  requested_at: string;
}

export interface Member {
  user_id: string;
  role: "recruiter" | "admin";
  email: string;
  name: string;
  is_invited: boolean;
  disabled_at: string | null;
}

export interface ApiKey {
  key_id: string;
  name: string;
  scopes: string[];
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
}

export interface Organization {
  organization_id: string;
  name: string;
  /** Null: interviews are kept until somebody erases them. */
  retention_days: number | null;
  /** People rate an interview before they see its scores. */
  blind_review: boolean;
  candidate_feedback: boolean;
}

/** What is left of an interview that is, or is being, erased. */
export interface Receipt {
  receipt_id: string;
  interview_id: string;
  requested_at: string;
  completed_at: string | null;
}

export const SCOPES = ["interviews:read", "interviews:write", "interviews:erase", "audit:read"] as const;

function query(values: Record<string, string | null>): string {
  const given = Object.entries(values).filter((pair): pair is [string, string] => Boolean(pair[1]));
  return new URLSearchParams(given).toString();
}

export interface Sought {
  q: string;
  status: InterviewStatus | "";
}

export function listInterviews(sought: Sought, cursor: string | null, limit = 20): Promise<Page<Interview>> {
  return request(`/api/v1/interviews?${query({ ...sought, cursor, limit: String(limit) })}`);
}

/** Of the server that the page came from. */
export function auditUrl(interview: Interview): string | null {
  return interview.workflow_url && API_URL + interview.workflow_url;
}

export function eraseInterview(interviewId: string): Promise<Receipt> {
  return post(`/api/v1/interviews/${encodeURIComponent(interviewId)}/erasure`);
}

export function readOrganization(): Promise<Organization> {
  return request("/api/v1/organization");
}

export function changeRetention(days: number | null): Promise<Organization> {
  return send("PATCH", "/api/v1/organization", { retention_days: days });
}

export function changeSight(change: { blind_review?: boolean; candidate_feedback?: boolean }): Promise<Organization> {
  return send("PATCH", "/api/v1/organization", change);
}

export function listInvitations(cursor: string | null): Promise<Page<Invitation>> {
  return request(`/api/v1/invitations?${query({ cursor, limit: "20" })}`);
}

/** `role` is a built-in one; `plan` is the hash of one of the organization's own. */
export type Chosen = { role: string } | { plan: string };

export function invite(
  wanted: Chosen & { candidate_name: string; candidate_email: string | null; expires_in_days: number },
): Promise<Issued> {
  return post("/api/v1/invitations", wanted);
}

export function revokeInvitation(invitationId: string): Promise<void> {
  return post(`/api/v1/invitations/${encodeURIComponent(invitationId)}/revoke`);
}

export function reissueInvitation(invitationId: string, samePerson: boolean): Promise<Issued> {
  const path = `/api/v1/invitations/${encodeURIComponent(invitationId)}/reissue`;
  return post(path, { same_person: samePerson });
}

export function listWaiting(): Promise<Accommodation[]> {
  return request("/api/v1/accommodations");
}

export function answerAccommodation(asked: Accommodation, answer: "grant" | "decline"): Promise<unknown> {
  const interview = encodeURIComponent(asked.interview_id);
  const accommodation = encodeURIComponent(asked.accommodation_id);
  return post(`/api/v1/interviews/${interview}/accommodations/${accommodation}/${answer}`);
}

export function listMembers(cursor: string | null): Promise<Page<Member>> {
  return request(`/api/v1/members?${query({ cursor })}`);
}

export function addMember(wanted: { email: string; name: string; role: Member["role"] }): Promise<Member> {
  return post("/api/v1/members", wanted);
}

export function changeMember(
  userId: string,
  change: { role?: Member["role"]; disabled?: boolean },
): Promise<Member> {
  return send("PATCH", `/api/v1/members/${encodeURIComponent(userId)}`, change);
}

/** The link to choose a password by, once more. */
export function mailMember(userId: string): Promise<void> {
  return post(`/api/v1/members/${encodeURIComponent(userId)}/link`);
}

/** Names by user id. */
export async function listColleagues(): Promise<ReadonlyMap<string, string>> {
  const { items } = await request<{ items: { user_id: string; name: string }[] }>("/api/v1/colleagues");
  return new Map(items.map(({ user_id, name }) => [user_id, name]));
}

export async function listKeys(): Promise<ApiKey[]> {
  return (await request<{ items: ApiKey[] }>("/api/v1/api-keys")).items;
}

export function createKey(name: string, scopes: string[]): Promise<ApiKey & { secret: string }> {
  return post("/api/v1/api-keys", { name, scopes });
}

export function revokeKey(keyId: string): Promise<void> {
  return send("DELETE", `/api/v1/api-keys/${encodeURIComponent(keyId)}`);
}
