// Events, and what became of telling them.
import { EVENTS, type Delivery, type DeliveryState, type Webhook, type WebhookEvent } from "@/api/webhooks";
import type { Tone } from "../words";

export const EVENT: Record<WebhookEvent, string> = {
  "interview.completed": "An interview came to its end",
  "evaluation.done": "An interview was scored",
  "plan.approved": "A plan was approved",
  "interview.erased": "An interview was erased",
};

/** In one order, whatever order they were chosen in. */
export function toldIn(events: readonly WebhookEvent[]): string {
  const known = EVENTS.filter((event) => events.includes(event)).map((event) => EVENT[event]);
  return [...known, ...events.filter((event) => !EVENTS.includes(event))].join("; ");
}

export const DELIVERY: Record<DeliveryState, { name: string; tone: Tone }> = {
  pending: { name: "Under way", tone: "plain" },
  delivered: { name: "Delivered", tone: "good" },
  dead: { name: "Given up", tone: "warn" },
};

export function stateOf(webhook: Pick<Webhook, "disabled">): { name: string; tone: Tone } {
  if (webhook.disabled === "gone") return { name: "Its server wants nothing any more", tone: "warn" };
  return webhook.disabled ? { name: "Off", tone: "plain" } : { name: "On", tone: "good" };
}

const ERROR: Record<string, string> = {
  "webhook.redirected": "It answers with a redirect, which is not followed.",
  "webhook.timeout": "It did not answer within ten seconds.",
  "webhook.unreachable": "There is no connection to it.",
  "webhook.unresolved": "There is no server of this name.",
  "webhook.tls": "Its certificate does not hold.",
  "webhook.address_forbidden": "Its name stands for an address of a private network.",
  "webhook.gone": "It answered that it wants nothing any more.",
  "webhook.inactive": "The webhook was switched off before this was sent.",
};

/** Why the last try failed; empty where none has. */
export function failure({ last_error, last_status }: Pick<Delivery, "last_error" | "last_status">): string {
  if (last_error === null) return "";
  if (last_error === "webhook.refused") return `It answered ${last_status ?? "with an error"}.`;
  return ERROR[last_error] ?? "Its secret cannot be read: ask whoever runs this server.";
}
