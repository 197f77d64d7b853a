"use client";

import { useCallback, useState } from "react";
import {
  listInvitations,
  reissueInvitation,
  revokeInvitation,
  type Invitation,
  type Issued,
} from "@/api/desk";
import { ApiError } from "@/api/request";
import { Shell } from "@/account/Shell";
import { useAction } from "@/account/useAction";
import { usePages } from "@/account/usePages";
import { Confirm } from "@/ui/Confirm";
import { day } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import { Badge } from "./Badge";
import styles from "./desk.module.css";
import { InviteForm } from "./InviteForm";
import { IssuedLink } from "./IssuedLink";
import { List } from "./List";
import { INVITATION, named } from "./words";

export function InvitationsPage() {
  const listed = usePages(useCallback((cursor) => listInvitations(cursor), []));
  const { busy, problem, run } = useAction();
  const [issued, setIssued] = useState<Issued | null>(null);
  const [again, setAgain] = useState<Invitation | null>(null);

  const show = (made: Issued) => {
    setIssued(made);
    listed.reload();
  };
  const reissue = (invitation: Invitation, samePerson: boolean) =>
    void run(async () => {
      try {
        show(await reissueInvitation(invitation.invitation_id, samePerson));
      } catch (error) {
        if (!(error instanceof ApiError && error.code === "invitation.somebody_came")) throw error;
        setAgain(invitation);
      }
    });
  const takeBack = (invitation: Invitation) =>
    void run(() => revokeInvitation(invitation.invitation_id)).then((done) => done && listed.reload());

  const row = (invitation: Invitation) => {
    const { name, tone } = INVITATION[invitation.state];
    const candidate = named(invitation.candidate_name);
    return (
      <tr key={invitation.invitation_id} data-testid="invitation" data-state={invitation.state}>
        <td className={styles.name}>
          {candidate}
          <p className={styles.sub}>{invitation.candidate_email ?? invitation.title}</p>
        </td>
        <td>
          <Badge name={name} tone={tone} />
        </td>
        <td data-label="Made:">{day(invitation.created_at)}</td>
        <td data-label="Good until:">{day(invitation.expires_at)}</td>
        <td className={styles.acts}>
          <div>
            <button
              type="button"
              className={styles.small}
              disabled={busy}
              aria-label={`New link for ${candidate}`}
              onClick={() => reissue(invitation, false)}
              data-testid="new-link"
            >
              New link
            </button>
            {invitation.state === "open" && (
              <button
                type="button"
                className={styles.small}
                disabled={busy}
                aria-label={`Take back the link of ${candidate}`}
                onClick={() => takeBack(invitation)}
                data-testid="take-back-link"
              >
                Take back
              </button>
            )}
          </div>
        </td>
      </tr>
    );
  };

  return (
    <Shell title="Invitations">
      <InviteForm onIssued={show} />
      {issued && <IssuedLink key={issued.invitation_id} issued={issued} />}
      <h2 className={styles.heading}>Links so far</h2>
      <Problem text={problem} />
      <List
        listed={listed}
        caption="Invitations, newest first"
        counted={(count, hasMore) => `${count}${hasMore ? " and more" : ""} invitations`}
        heads={["Candidate", "State", "Made", "Good until", ""]}
        row={row}
        empty={<p>Nobody has been invited yet.</p>}
      />
      <Confirm
        act="same-person"
        open={again !== null}
        title="Is it for the same person?"
        yes="Yes, the same person"
        no="No"
        onYes={() => {
          if (again) reissue(again, true);
          setAgain(null);
        }}
        onNo={() => setAgain(null)}
      >
        {again && named(again.candidate_name)} has come in already. Whoever opens a new link goes on with their
        interview and sees what they said. For somebody else, invite them anew.
      </Confirm>
    </Shell>
  );
}
