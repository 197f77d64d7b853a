// Who is signed in here, and how they come in and go out.
import { API_URL, post, request, requestOnce, send } from "./request";

export interface Account {
  user_id: string;
  organization_name: string;
  role: "candidate" | "recruiter" | "admin";
  email: string | null;
  address_proved_at: string | null;
  name: string;
  interview_id: string | null;
}

export interface Methods {
  registration: "open" | "closed";
  openid: boolean;
}

export interface Device {
  session_id: string;
  method: string;
  device: string;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
  is_current: boolean;
}

/** `next`: of the sign-in page, which gets it back. */
export function openIdStart(next: string | null): string {
  return `${API_URL}/api/v1/auth/oidc/start${next ? `?next=${encodeURIComponent(next)}` : ""}`;
}

export function waysIn(): Promise<Methods> {
  return request("/api/v1/auth/methods");
}

export function login(email: string, password: string): Promise<{ account: Account }> {
  return post("/api/v1/auth/login", { email, password });
}

export function register(wanted: {
  email: string;
  password: string;
  name: string;
  organization: string;
}): Promise<{ account: Account }> {
  return post("/api/v1/auth/register", wanted);
}

/** By a cookie that may be too old. */
export function logout(): Promise<void> {
  return requestOnce("/api/v1/auth/logout", { method: "POST" });
}

export function forgotPassword(email: string): Promise<void> {
  return post("/api/v1/auth/password/forgot", { email });
}

export function resetPassword(token: string, password: string): Promise<void> {
  return post("/api/v1/auth/password/reset", { token, password });
}

export function mailAddressLink(): Promise<void> {
  return post("/api/v1/account/address/link");
}

export function proveAddress(token: string): Promise<void> {
  return post("/api/v1/account/address/proof", { token });
}

export function readAccount(): Promise<Account> {
  return request("/api/v1/account");
}

export function changePassword(current: string, chosen: string): Promise<void> {
  return post("/api/v1/account/password", { current, new: chosen });
}

export async function listDevices(): Promise<Device[]> {
  return (await request<{ items: Device[] }>("/api/v1/account/sessions")).items;
}

export function revokeDevice(sessionId: string): Promise<void> {
  return send("DELETE", `/api/v1/account/sessions/${encodeURIComponent(sessionId)}`);
}

export function revokeDevices(which: "others" | "all"): Promise<void> {
  return send("DELETE", `/api/v1/account/sessions?others=${which === "others"}`);
}

export function withdrawConsent(interviewId: string): Promise<unknown> {
  return post(`/api/v1/interviews/${encodeURIComponent(interviewId)}/consent/withdraw`);
}

/** Saves the interview's ZIP file. Asks for the account first: a download renews no session. */
export async function saveExport(interviewId: string): Promise<void> {
  await readAccount();
  const link = document.createElement("a");
  link.href = `${API_URL}/api/v1/interviews/${encodeURIComponent(interviewId)}/export`;
  link.download = "";
  link.click();
}
