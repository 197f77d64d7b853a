"use client";

import { useCallback, useState } from "react";
import { listWebhooks, removeWebhook, renewSecret, changeWebhook, type Webhook } from "@/api/webhooks";
import { Shell } from "@/account/Shell";
import { useAction } from "@/account/useAction";
import { usePages } from "@/account/usePages";
import { Confirm } from "@/ui/Confirm";
import { Problem } from "@/ui/Problem";
import { Secret } from "@/ui/Secret";
import ui from "@/ui/ui.module.css";
import { Badge } from "../Badge";
import desk from "../desk.module.css";
import { List } from "../List";
import { Deliveries } from "./Deliveries";
import { NewWebhook } from "./NewWebhook";
import { stateOf, toldIn } from "./words";

export function WebhooksPage() {
  const listed = usePages(useCallback(async () => ({ items: await listWebhooks(), next_cursor: null }), []));
  const { busy, problem, run } = useAction();
  const [shown, setShown] = useState<{ url: string; secret: string } | null>(null);
  const [asking, setAsking] = useState<{ act: "renew" | "remove"; webhook: Webhook } | null>(null);
  const { reload } = listed;
  const change = (work: () => Promise<unknown>) => void run(work).then((done) => done && reload());

  const row = (webhook: Webhook) => {
    const state = stateOf(webhook);
    return (
      <tr key={webhook.webhook_id} data-testid="webhook" data-active={webhook.active}>
        <td className={desk.name}>
          {webhook.url}
          <p className={desk.sub}>{toldIn(webhook.events)}</p>
        </td>
        <td>
          <Badge {...state} />
        </td>
        <td className={desk.acts}>
          <div>
            <button
              type="button"
              className={desk.small}
              disabled={busy}
              aria-label={`${webhook.active ? "Switch off" : "Switch on"} ${webhook.url}`}
              onClick={() => change(() => changeWebhook(webhook.webhook_id, { active: !webhook.active }))}
            >
              {webhook.active ? "Switch off" : "Switch on"}
            </button>
            <button
              type="button"
              className={desk.small}
              disabled={busy}
              aria-label={`New secret for ${webhook.url}`}
              onClick={() => setAsking({ act: "renew", webhook })}
            >
              New secret
            </button>
            <button
              type="button"
              className={desk.small}
              disabled={busy}
              aria-label={`Remove ${webhook.url}`}
              onClick={() => setAsking({ act: "remove", webhook })}
            >
              Remove
            </button>
          </div>
        </td>
      </tr>
    );
  };

  return (
    <Shell title="Webhooks">
      <p className={ui.lead}>
        Other systems are told what happened, by a signed request to an address of theirs. There is nothing of a person in
        it: they read what it is about by an API key.
      </p>
      <NewWebhook
        onMade={(made) => {
          setShown(made);
          reload();
        }}
      />
      {shown && (
        <section className={desk.issued} aria-label="The secret" data-testid="webhook-secret-box">
          <Secret label={`The secret of ${shown.url}, shown this once`} value={shown.secret} testId="webhook-secret" />
        </section>
      )}
      <Problem text={problem} />
      <List
        short
        listed={listed}
        caption="Webhooks, oldest first"
        counted={(count) => `${count} webhooks`}
        heads={["Address", "State", ""]}
        row={row}
        empty={<p>Nobody is told anything yet.</p>}
      />
      <Deliveries webhooks={listed.items ?? []} />
      <Confirm
        act="renew-secret"
        open={asking?.act === "renew"}
        title="Make a new secret?"
        yes="Make it"
        no="Leave it"
        calm
        onYes={() => {
          const { webhook } = asking ?? {};
          setAsking(null);
          if (webhook) change(async () => setShown(await renewSecret(webhook.webhook_id)));
        }}
        onNo={() => setAsking(null)}
      >
        For a day both sign what is sent, so that you can change yours without losing anything.
      </Confirm>
      <Confirm
        act="remove-webhook"
        open={asking?.act === "remove"}
        title="Remove this webhook?"
        yes="Remove"
        no="Keep it"
        onYes={() => {
          const { webhook } = asking ?? {};
          setAsking(null);
          if (webhook) change(() => removeWebhook(webhook.webhook_id));
        }}
        onNo={() => setAsking(null)}
      >
        What is still to be sent to {asking?.webhook.url} goes with it.
      </Confirm>
    </Shell>
  );
}
