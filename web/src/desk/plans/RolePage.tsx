"use client";

import Link from "next/link";
import { useSearchParams } from "next/navigation";
import { useCallback, useState } from "react";
import { changeRole, readRole, type Role } from "@/api/plans";
import type { Issued } from "@/api/desk";
import { Shell } from "@/account/Shell";
import { useAction } from "@/account/useAction";
import { useLoaded } from "@/account/useLoaded";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import { InviteForm } from "../InviteForm";
import { IssuedLink } from "../IssuedLink";
import { AboutRole } from "./AboutRole";
import { PlanSection } from "./PlanSection";
import styles from "./plans.module.css";
import { Versions } from "./Versions";

export function RolePage() {
  const roleId = useSearchParams().get("id");
  if (roleId) return <Loaded key={roleId} roleId={roleId} />;
  return (
    <Shell title="Role">
      <p className={ui.lead}>This link names no role.</p>
      <Link href="/desk/roles/">All roles</Link>
    </Shell>
  );
}

function Loaded({ roleId }: { roleId: string }) {
  const { data: role, problem, reload } = useLoaded(useCallback(() => readRole(roleId), [roleId]));
  return (
    <Shell title={role?.title ?? "Role"}>
      <p className={desk.back}>
        <Link href="/desk/roles/">All roles</Link>
      </p>
      <Problem text={problem} onRetry={reload} />
      {!role && !problem && <p role="status">Loading…</p>}
      {role && (
        <div className={styles.columns}>
          <div className={styles.main}>
            {role.archived_at && <p className={ui.warning}>This role is archived. Its interviews are kept, and it gets no new ones.</p>}
            <PlanSection role={role} onChanged={reload} />
          </div>
          <aside className={styles.side} aria-label="About this role">
            {role.approved_hash && !role.archived_at && <Invite hash={role.approved_hash} number={role.approved_number} />}
            <AboutRole key={role.updated_at} role={role} onChanged={reload} />
            <Versions role={role} onBegun={reload} />
            <Archive role={role} onChanged={reload} />
          </aside>
        </div>
      )}
    </Shell>
  );
}

function Invite({ hash, number }: { hash: string; number: number | null }) {
  const [issued, setIssued] = useState<Issued | null>(null);
  return (
    <>
      <InviteForm plan={{ hash, name: `version ${number}` }} onIssued={setIssued} />
      {issued && <IssuedLink key={issued.invitation_id} issued={issued} />}
      <p>
        <Link href={`/desk/compare/?plan=${hash}`}>Compare the candidates of this plan</Link>
      </p>
    </>
  );
}

function Archive({ role, onChanged }: { role: Role; onChanged: () => void }) {
  const { busy, problem, run } = useAction();
  const archived = role.archived_at === null;
  return (
    <div>
      <Problem text={problem} />
      <button
        type="button"
        className={desk.small}
        disabled={busy}
        onClick={() => void run(() => changeRole(role.role_id, { archived })).then((done) => done && onChanged())}
        data-testid="archive"
      >
        {archived ? "Archive this role" : "Restore this role"}
      </button>
    </div>
  );
}
