"use client";

import { useCallback } from "react";
import { answerAccommodation, listWaiting, type Accommodation } from "@/api/desk";
import { Shell } from "@/account/Shell";
import { useAction } from "@/account/useAction";
import { usePages } from "@/account/usePages";
import { moment } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import styles from "./desk.module.css";
import { List } from "./List";
import { named, wanted } from "./words";

export function AccommodationsPage() {
  const listed = usePages(useCallback(async () => ({ items: await listWaiting(), next_cursor: null }), []));
  const { busy, problem, run } = useAction();
  const answer = (asked: Accommodation, how: "grant" | "decline") =>
    void run(() => answerAccommodation(asked, how)).then((done) => done && listed.reload());

  const row = (asked: Accommodation) => {
    const candidate = named(asked.candidate_name);
    return (
      <tr key={asked.accommodation_id} data-testid="asked">
        <td className={styles.name}>
          {candidate}
          <p className={styles.sub}>{asked.title}</p>
        </td>
        <td>
          {wanted(asked)}
          {asked.note && <p className={styles.sub}>“{asked.note}”</p>}
        </td>
        <td data-label="Asked:">{moment(asked.requested_at)}</td>
        <td className={styles.acts}>
          <div>
            <button
              type="button"
              className={styles.small}
              disabled={busy}
              aria-label={`Grant it to ${candidate}`}
              onClick={() => answer(asked, "grant")}
              data-testid="grant"
            >
              Grant
            </button>
            <button
              type="button"
              className={styles.small}
              disabled={busy}
              aria-label={`Decline it for ${candidate}`}
              onClick={() => answer(asked, "decline")}
              data-testid="decline"
            >
              Decline
            </button>
          </div>
        </td>
      </tr>
    );
  };

  return (
    <Shell title="Accommodations">
      <p className={ui.lead}>
        Up to half as much time again, and typing, are granted at once. What is more waits here for you; an interview
        under way takes it up at its next question.
      </p>
      <Problem text={problem} />
      <List
        listed={listed}
        caption="Accommodations asked for, oldest first"
        counted={(count) => `${count} waiting`}
        heads={["Candidate", "Asks for", "Asked", ""]}
        row={row}
        empty={<p>Nothing waits for an answer.</p>}
      />
    </Shell>
  );
}
