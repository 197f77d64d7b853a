"use client";

import { useCallback, useState } from "react";
import { beginDraft, readDraft, readVersion, type Plan, type Role } from "@/api/plans";
import { useAction } from "@/account/useAction";
import { useLoaded } from "@/account/useLoaded";
import { day } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { useRescuedFocus } from "@/ui/useRescuedFocus";
import { DiscardDraft } from "./DiscardDraft";
import { BeginDraft, Drafting, Failed } from "./Drafting";
import { PlanEditor } from "./PlanEditor";
import styles from "./plans.module.css";
import { PlanView } from "./PlanView";

/** What there is of a role's plan: nothing yet, something being drafted, a draft, or what is approved. */
export function PlanSection(props: { role: Role; onChanged: () => void }) {
  const { draft_number, approved_number, proposal_state } = props.role;
  const stage = `${draft_number} ${approved_number} ${proposal_state}`;
  const region = useRescuedFocus<HTMLDivElement>(stage);
  return (
    <div ref={region} tabIndex={-1} className={`${styles.main} ${ui.rescued}`} data-testid="plan-section">
      <Stage {...props} />
    </div>
  );
}

function Stage({ role, onChanged }: { role: Role; onChanged: () => void }) {
  const { role_id: roleId, proposal_id: proposalId, proposal_state: proposal } = role;
  const [asked, setAsked] = useState(0);
  // Another draft, whoever made it.
  const known = `${role.draft_number} ${role.approved_number} ${proposalId} ${proposal} ${asked}`;
  const load = useCallback(
    async (): Promise<Plan | null> => {
      if (role.draft_number !== null) return await readDraft(roleId);
      return role.approved_number === null ? null : await readVersion(roleId, role.approved_number);
    },
    // eslint-disable-next-line react-hooks/exhaustive-deps -- see above
    [roleId, role.draft_number, role.approved_number, known],
  );
  const { data: plan, problem, reload } = useLoaded(load);
  const action = useAction();
  const begun = () => {
    setAsked((times) => times + 1);
    onChanged();
  };

  if (proposal === "running" && proposalId) return <Drafting roleId={roleId} proposalId={proposalId} onOver={begun} />;

  const hasFailed = proposal === "failed" && proposalId !== null && role.archived_at === null;
  const failed = hasFailed && <Failed roleId={roleId} proposalId={proposalId} onAgain={begun} />;
  const isNone = role.draft_number === null && role.approved_number === null;
  if (isNone && role.archived_at) return <p className={ui.lead}>It was archived before it had a plan.</p>;
  if (isNone) {
    return (
      <>
        {failed}
        <BeginDraft roleId={roleId} isDescribed={role.job_description !== ""} onBegun={begun} />
      </>
    );
  }
  return (
    <>
      {failed}
      <Problem text={problem} onRetry={reload} />
      <Problem text={action.problem} />
      {!plan && !problem && (
        <p role="status" className={styles.loading}>
          Loading…
        </p>
      )}
      {plan && <h2 className="visually-hidden">The plan</h2>}
      {plan?.state === "draft" && role.draft_number !== null && (
        <>
          <PlanEditor key={`${plan.plan_version_id} ${plan.revision}`} roleId={roleId} draft={plan} onOver={begun} />
          <details className={styles.aside}>
            <summary>Draft it anew</summary>
            <BeginDraft roleId={roleId} isDescribed={role.job_description !== ""} hasDraft onBegun={begun} />
          </details>
          <DiscardDraft roleId={roleId} onOver={begun} />
        </>
      )}
      {plan?.state === "approved" && role.draft_number === null && (
        <>
          <div className={styles.approved} data-testid="approved">
            <p>
              <strong>Version {plan.number} is approved</strong>
              {plan.approved_at && `, since ${day(plan.approved_at)}`}. It never changes.
            </p>
            {!role.archived_at && (
              <button
                type="button"
                className={ui.button}
                disabled={action.busy}
                onClick={() => void action.run(() => beginDraft(roleId)).then((done) => done && begun())}
                data-testid="new-version"
              >
                Make a new version
              </button>
            )}
          </div>
          <PlanView plan={plan} />
        </>
      )}
    </>
  );
}
