// One REST call. Same origin, unless NEXT_PUBLIC_* say otherwise (`pnpm dev`).
import { renew } from "./renewal";

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
export const API_URL = process.env.NEXT_PUBLIC_API_URL || DEV_API;
export const WS_URL = process.env.NEXT_PUBLIC_WS_URL || DEV_API.replace(/^http/, "ws");

/** The codes that say that nobody is signed in here, any longer or yet. */
const SIGNED_OUT = new Set(["auth.missing", "auth.invalid", "auth.expired", "auth.revoked", "auth.reused"]);

export function isSignedOut(error: unknown): error is ApiError {
  return error instanceof ApiError && SIGNED_OUT.has(error.code);
}

/** With a new access token, where the one it has is too old. Raises `ApiError`. */
export function request<T>(path: string, init?: RequestInit): Promise<T> {
  return renewing(() => requestOnce<T>(path, init));
}

async function renewing<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ApiError && error.code === "auth.expired")) throw error;
    await renew();
    return await ask();
  }
}

export function post<T>(path: string, body?: object): Promise<T> {
  return send<T>("POST", path, body);
}

export function send<T>(method: "POST" | "PUT" | "PATCH" | "DELETE", path: string, body?: object): Promise<T> {
  if (body === undefined) return request<T>(path, { method });
  const headers = { "Content-Type": "application/json" };
  return request<T>(path, { method, headers, body: JSON.stringify(body) });
}

export async function requestOnce<T>(path: string, init?: RequestInit): Promise<T> {
  return bodyOf<T>(await fetched(path, init));
}

/** What was answered, and by what name it is asked for again. */
export interface Named<T> {
  body: T;
  etag: string | null;
}

/** What is there, unless it still is what `etag` names: null then. Raises `ApiError`. */
export async function requestChanged<T>(path: string, etag: string | null, signal?: AbortSignal): Promise<Named<T> | null> {
  const ask = async () => {
    const response = await fetched(path, { signal: signal ?? null, headers: etag ? { "If-None-Match": etag } : {} });
    if (response.status === 304) return null;
    const body = await bodyOf<T | null>(response);
    // It broke off.
    if (body === null) throw unreachable();
    return { body, etag: response.headers.get("ETag") };
  };
  return renewing(ask);
}

async function fetched(path: string, init?: RequestInit): Promise<Response> {
  try {
    // The dev server's page and the API are two origins of one site.
    return await fetch(API_URL + path, { credentials: "include", ...init });
  } catch {
    throw unreachable();
  }
}

function unreachable(): ApiError {
  return new ApiError("network", "The server cannot be reached. Is it running?", 0);
}

async function bodyOf<T>(response: Response): Promise<T> {
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
