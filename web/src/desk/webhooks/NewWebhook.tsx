"use client";

import { useState, type FormEvent } from "react";
import { createWebhook, EVENTS, type WebhookEvent } from "@/api/webhooks";
import { useAction } from "@/account/useAction";
import { Field } from "@/ui/Field";
import form from "@/ui/form.module.css";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import { EVENT } from "./words";

/** `onMade` gets the secret, which is told this once. */
export function NewWebhook({ onMade }: { onMade: (made: { url: string; secret: string }) => void }) {
  const { busy, problem, run } = useAction();
  const [url, setUrl] = useState("");
  const [events, setEvents] = useState<WebhookEvent[]>(["interview.completed", "evaluation.done"]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (busy || events.length === 0) return;
    void run(async () => {
      onMade(await createWebhook(url.trim(), events));
      setUrl("");
    });
  };
  const toggle = (event: WebhookEvent, on: boolean) =>
    setEvents((now) => (on ? [...now, event] : now.filter((other) => other !== event)));

  return (
    <section className={desk.panel} aria-labelledby="new-webhook">
      <h2 id="new-webhook">Add a webhook</h2>
      <form className={form.form} onSubmit={submit} data-testid="webhook-form">
        <Field
          label="Address"
          hint="It begins with https:// and is of a server that anybody can reach."
          type="url"
          required
          maxLength={2000}
          autoComplete="off"
          value={url}
          onValue={setUrl}
        />
        <fieldset className={form.choices}>
          <legend>Tell it when</legend>
          {EVENTS.map((event) => (
            <label key={event} className={form.choice}>
              <input
                type="checkbox"
                checked={events.includes(event)}
                onChange={(changed) => toggle(event, changed.target.checked)}
              />
              {EVENT[event]}
            </label>
          ))}
        </fieldset>
        <Problem text={problem} />
        <div>
          <button type="submit" className={ui.primary} disabled={busy || events.length === 0}>
            {busy ? "One moment…" : "Add it"}
          </button>
        </div>
      </form>
    </section>
  );
}
