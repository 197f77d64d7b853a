"use client";

import Link from "next/link";
import { useRouter, useSearchParams } from "next/navigation";
import { useCallback } from "react";
import { everyOwnRole } from "@/api/plans";
import { listReevaluations, type Reevaluation } from "@/api/reevaluation";
import { listRoles } from "@/api/rest";
import { Shell } from "@/account/Shell";
import { useAccount } from "@/account/signed-in";
import { useLoaded } from "@/account/useLoaded";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { Badge } from "../Badge";
import desk from "../desk.module.css";
import { useAgain } from "../useAgain";
import { DriftTable } from "./DriftTable";
import styles from "./drift.module.css";
import { ScoreAgain } from "./ScoreAgain";
import { StopScoring } from "./StopScoring";
import { stateOf } from "./words";

const AGAIN_MS = 2_500;

async function read(): Promise<{ items: Reevaluation[]; models: string[]; titles: Map<string, string> }> {
  const [found, own, builtin] = await Promise.all([listReevaluations(), everyOwnRole(), listRoles()]);
  const titles = new Map([
    ...builtin.map(({ role, title }) => [role, title] as const),
    ...own.map(({ role_id, title }) => [role_id, title] as const),
  ]);
  return { ...found, titles };
}

/** Interviews of a role scored once more: what was asked for, and what has changed. */
export function DriftPage() {
  const account = useAccount();
  const router = useRouter();
  const { data, problem, reload } = useLoaded(useCallback(() => read(), []));
  const chosen = useSearchParams().get("id") ?? data?.items[0]?.reevaluation_id ?? "";
  const running = data?.items.find((one) => one.state === "running");
  useAgain(running !== undefined, AGAIN_MS, reload);
  const show = (id: string) => router.replace(`/desk/drift/?id=${id}`, { scroll: false });
  const shown = data?.items.find((one) => one.reevaluation_id === chosen);

  return (
    <Shell title="Scored once more">
      <p className={desk.back}>
        <Link href="/desk/compare/">Compare candidates</Link>
      </p>
      <p className={ui.lead}>
        The same words, scored by another model or rubric, to see what changes. Reports and decisions go by what was scored
        first.
      </p>
      <Problem text={problem} onRetry={reload} />
      {!data && !problem && <p role="status">Loading…</p>}
      {data && account.role === "admin" && (
        <ScoreAgain
          titles={data.titles}
          models={data.models}
          isRunning={running !== undefined}
          onAsked={(id) => {
            show(id);
            reload();
          }}
        />
      )}
      {data?.items.length === 0 && <p className={ui.lead}>Nothing has been scored once more yet.</p>}
      {data && data.items.length > 0 && (
        <ul className={styles.list} aria-label="What was scored once more, newest first">
          {data.items.map((one) => (
            <li key={one.reevaluation_id}>
              <button
                type="button"
                className={desk.small}
                aria-pressed={one.reevaluation_id === chosen}
                onClick={() => show(one.reevaluation_id)}
                data-testid="reevaluation"
              >
                {data.titles.get(one.role) ?? one.role}, {one.model ?? "as configured"},{" "}
                {new Date(one.created_at).toLocaleDateString()}
              </button>{" "}
              <Badge {...stateOf(one)} />
            </li>
          ))}
        </ul>
      )}
      {running && account.role === "admin" && <StopScoring key={running.reevaluation_id} of={running} onStopped={reload} />}
      {shown && (
        <DriftTable
          key={`${shown.reevaluation_id} ${shown.state}`}
          shown={shown}
          isAdmin={account.role === "admin"}
          onRetried={reload}
        />
      )}
    </Shell>
  );
}
