// Roles of an organization and the versions of their plans.
import type { Page } from "./desk";
import { post, request, send } from "./request";

export type ProposalState = "running" | "ready" | "failed";

export interface RoleSummary {
  role_id: string;
  title: string;
  updated_at: string;
  archived_at: string | null;
  draft_number: number | null;
  approved_number: number | null;
  approved_hash: string | null;
  proposal_id: string | null;
  proposal_state: ProposalState | null;
}

export interface Role extends RoleSummary {
  job_description: string;
  job_format: "pdf" | "docx" | "text" | null;
  job_hidden: { reason: string; page: number | null }[];
}

export type PhaseName = "introduction" | "warmup" | "main_questions" | "wrap_up";

export interface Question {
  question_id: string;
  text: string;
  probes: string[];
  max_follow_ups: number;
  competencies: string[];
  scored: boolean;
  optional: boolean;
  time_limit_s: number | null;
}

export interface Phase {
  phase: PhaseName;
  budget_s: number;
  /** Said before its first question. */
  opening: string;
  questions: Question[];
}

export interface Competency {
  competency_id: string;
  name: string;
  definition: string;
  evidence: string[];
  /** What is seen at each score from 1 to 5. */
  anchors: string[];
  weight: number;
}

/** What is edited, and saved whole. */
export interface EditedPlan {
  title: string;
  language: string;
  greeting: string;
  closing: string;
  phases: Phase[];
  competencies: Competency[];
  locked: string[];
}

export interface Version {
  plan_version_id: string;
  number: number;
  state: "draft" | "approved";
  revision: number;
  plan_hash: string;
  source: "person" | "builtin" | "model";
  based_on: string | null;
  updated_at: string;
  approved_at: string | null;
  approved_by: string | null;
}

/** The plan that one interview is bound to, and what was added for its candidate alone. */
export interface InterviewPlan extends Pick<EditedPlan, "title" | "language" | "phases" | "competencies"> {
  /** Null where it is a built-in one. */
  role_id: string | null;
  number: number | null;
  minutes: number;
}

export function readInterviewPlan(interviewId: string): Promise<InterviewPlan> {
  return request(`/api/v1/interviews/${encodeURIComponent(interviewId)}/plan`);
}

export interface Plan extends Version, EditedPlan {
  minutes: number;
}

export interface Proposal {
  proposal_id: string;
  state: ProposalState;
  /** Of a failed one, the code of what was in its way. */
  reason: string | null;
  minutes: number;
  source: Version["source"] | null;
  based_on: string | null;
  created_at: string;
}

export interface Change {
  item_id: string;
  kind: "added" | "removed" | "changed" | "moved";
  fields: string[];
}

export interface PlanChanges {
  texts: string[];
  questions: Change[];
  competencies: Change[];
}

const ROLES = "/api/v1/organization/roles";
const of = (roleId: string) => `${ROLES}/${encodeURIComponent(roleId)}`;

export function listOwnRoles(cursor: string | null, archived = false): Promise<Page<RoleSummary>> {
  const asked = new URLSearchParams({ limit: "50", ...(cursor && { cursor }), ...(archived && { archived: "true" }) });
  return request(`${ROLES}?${asked}`);
}

/** Page by page to the last one. */
export async function everyOwnRole(): Promise<RoleSummary[]> {
  const roles: RoleSummary[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<RoleSummary> = await listOwnRoles(cursor);
    roles.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor !== null);
  return roles;
}

export function createRole(title: string, jobDescription: string): Promise<Role> {
  return post(ROLES, { title, job_description: jobDescription });
}

export function readRole(roleId: string): Promise<Role> {
  return request(of(roleId));
}

export function changeRole(
  roleId: string,
  change: { title?: string; job_description?: string; archived?: boolean },
): Promise<Role> {
  return send("PATCH", of(roleId), change);
}

/** The file is read and not kept; what a reader sees in it is the job description from now on. */
export function uploadJobDescription(roleId: string, file: Blob): Promise<Role> {
  const headers = { "Content-Type": "application/octet-stream" };
  return request(`${of(roleId)}/job-description`, { method: "POST", headers, body: file });
}

export function propose(roleId: string, minutes: number): Promise<Proposal> {
  return post(`${of(roleId)}/proposals`, { minutes });
}

export function readProposal(roleId: string, proposalId: string): Promise<Proposal> {
  return request(`${of(roleId)}/proposals/${encodeURIComponent(proposalId)}`);
}

export function retryProposal(roleId: string, proposalId: string): Promise<Proposal> {
  return post(`${of(roleId)}/proposals/${encodeURIComponent(proposalId)}/retry`);
}

export function readDraft(roleId: string): Promise<Plan> {
  return request(`${of(roleId)}/draft`);
}

/** As `builtin`, as version `number`, or else as the newest approved one. */
export function beginDraft(roleId: string, as: { builtin?: string; number?: number } = {}): Promise<Plan> {
  return post(`${of(roleId)}/draft`, as);
}

/** Raises `plan.changed` where somebody has saved since `revision`. */
export function saveDraft(roleId: string, plan: EditedPlan, revision: number): Promise<Plan> {
  const { title, language, greeting, closing, phases, competencies, locked } = plan;
  return send("PUT", `${of(roleId)}/draft`, {
    ...{ title, language, greeting, closing, phases, competencies, locked },
    revision,
  });
}

export function discardDraft(roleId: string): Promise<void> {
  return send("DELETE", `${of(roleId)}/draft`);
}

export function approveDraft(roleId: string, revision: number): Promise<Plan> {
  return post(`${of(roleId)}/draft/approval`, { revision });
}

export async function listVersions(roleId: string): Promise<Version[]> {
  return (await request<{ items: Version[] }>(`${of(roleId)}/versions`)).items;
}

export function readVersion(roleId: string, number: number): Promise<Plan> {
  return request(`${of(roleId)}/versions/${number}`);
}

export function readChanges(roleId: string, number: number): Promise<PlanChanges> {
  return request(`${of(roleId)}/versions/${number}/changes`);
}
