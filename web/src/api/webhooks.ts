// Where an organization's events are sent, and what became of them.
import type { Page } from "./desk";
import { post, request, send } from "./request";

export const EVENTS = ["interview.completed", "evaluation.done", "plan.approved", "interview.erased"] as const;
export type WebhookEvent = (typeof EVENTS)[number];

export interface Webhook {
  webhook_id: string;
  url: string;
  events: WebhookEvent[];
  active: boolean;
  /** `gone`: its server answered that it wants nothing any more. */
  disabled: "person" | "gone" | null;
}

export type DeliveryState = "pending" | "delivered" | "dead";

export interface Delivery {
  delivery_id: string;
  webhook_id: string;
  event: WebhookEvent;
  state: DeliveryState;
  attempts: number;
  last_error: string | null;
  last_status: number | null;
  created_at: string;
  next_attempt_at: string;
}

const of = (webhookId: string) => `/api/v1/webhooks/${encodeURIComponent(webhookId)}`;

export async function listWebhooks(): Promise<Webhook[]> {
  return (await request<{ items: Webhook[] }>("/api/v1/webhooks")).items;
}

export function createWebhook(url: string, events: WebhookEvent[]): Promise<Webhook & { secret: string }> {
  return post("/api/v1/webhooks", { url, events });
}

export function changeWebhook(
  webhookId: string,
  change: { url?: string; events?: WebhookEvent[]; active?: boolean },
): Promise<Webhook> {
  return send("PATCH", of(webhookId), change);
}

export function removeWebhook(webhookId: string): Promise<void> {
  return send("DELETE", of(webhookId));
}

/** For a day more, both secrets sign. */
export function renewSecret(webhookId: string): Promise<Webhook & { secret: string }> {
  return post(`${of(webhookId)}/secret`);
}

export function listDeliveries(state: DeliveryState | "", cursor: string | null): Promise<Page<Delivery>> {
  const asked = new URLSearchParams({ limit: "20", ...(state && { state }), ...(cursor && { cursor }) });
  return request(`/api/v1/webhook-deliveries?${asked}`);
}

export function sendAgain(deliveryId: string): Promise<Delivery> {
  return post(`/api/v1/webhook-deliveries/${encodeURIComponent(deliveryId)}/redelivery`);
}
