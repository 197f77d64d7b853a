"use client";

import { useCallback, useState } from "react";
import { listDeliveries, sendAgain, type Delivery, type DeliveryState, type Webhook } from "@/api/webhooks";
import { useAction } from "@/account/useAction";
import { usePages } from "@/account/usePages";
import { Choice } from "@/ui/Field";
import { moment } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { Badge } from "../Badge";
import desk from "../desk.module.css";
import { List } from "../List";
import { DELIVERY, EVENT, failure } from "./words";

/** What was sent and what was not; the dead letters first to be looked for. */
export function Deliveries({ webhooks }: { webhooks: Webhook[] }) {
  const [state, setState] = useState<DeliveryState | "">("dead");
  const listed = usePages(useCallback((cursor) => listDeliveries(state, cursor), [state]));
  const { busy, problem, run } = useAction();
  const urls = new Map(webhooks.map(({ webhook_id, url }) => [webhook_id, url]));

  const row = (delivery: Delivery) => {
    const event = EVENT[delivery.event] ?? delivery.event;
    const when = moment(delivery.created_at);
    return (
      <tr key={delivery.delivery_id} data-testid="delivery" data-state={delivery.state}>
        <td className={desk.name}>
          {event}
          <p className={desk.sub}>{urls.get(delivery.webhook_id) ?? "A webhook that was removed"}</p>
        </td>
        <td>
          <Badge {...DELIVERY[delivery.state]} />
          {failure(delivery) && <p className={desk.sub}>{failure(delivery)}</p>}
          {delivery.state === "pending" && delivery.attempts > 0 && (
            <p className={desk.sub}>Tried again {moment(delivery.next_attempt_at)}</p>
          )}
        </td>
        <td data-label="Tries:">{delivery.attempts}</td>
        <td data-label="Happened:">{when}</td>
        <td className={desk.acts}>
          {delivery.state !== "pending" && (
            <div>
              <button
                type="button"
                className={desk.small}
                disabled={busy}
                aria-label={`Send again: ${event}, ${when}`}
                onClick={() => void run(() => sendAgain(delivery.delivery_id)).then((done) => done && listed.reload())}
                data-testid="send-again"
              >
                Send again
              </button>
            </div>
          )}
        </td>
      </tr>
    );
  };

  return (
    <section aria-labelledby="deliveries">
      <h2 id="deliveries" className={desk.heading}>
        What was sent
      </h2>
      <p className={ui.small}>Kept for 30 days. What fails is tried again for a day, and then given up.</p>
      <div className={`${desk.narrow} ${desk.spaced}`}>
        <Choice label="Show" value={state} onValue={(chosen) => setState(chosen as DeliveryState | "")}>
          <option value="dead">Given up</option>
          <option value="pending">Under way</option>
          <option value="delivered">Delivered</option>
          <option value="">All</option>
        </Choice>
      </div>
      <Problem text={problem} />
      <List
        listed={listed}
        caption="Deliveries, newest first"
        counted={(count, hasMore) => `${count}${hasMore ? " and more" : ""} deliveries`}
        heads={["Event", "State", "Tries", "Happened", ""]}
        row={row}
        empty={<p>{state === "dead" ? "Nothing was given up." : "There is nothing of this kind."}</p>}
      />
    </section>
  );
}
