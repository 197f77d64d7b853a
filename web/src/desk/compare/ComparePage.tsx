"use client";

import Link from "next/link";
import { useRouter, useSearchParams } from "next/navigation";
import { useCallback, useState } from "react";
import { listHeldPlans } from "@/api/comparison";
import { everyOwnRole } from "@/api/plans";
import { Shell } from "@/account/Shell";
import { useLoaded } from "@/account/useLoaded";
import { Choice } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import { Agreement } from "./Agreement";
import styles from "./compare.module.css";
import { Compared } from "./Compared";
import { called } from "./words";

interface Known {
  hash: string;
  title: string;
}

/** The plans that interviews were held by, newest first, and then the approved ones of the
 * organization's roles by which none was yet. */
async function plans(): Promise<Known[]> {
  const [roles, held] = await Promise.all([everyOwnRole(), listHeldPlans()]);
  const known = new Map(held.map((one) => [one.plan_hash, called(one)]));
  for (const { approved_hash, approved_number, title } of roles) {
    if (approved_hash && !known.has(approved_hash)) known.set(approved_hash, `${title}, version ${approved_number}`);
  }
  return [...known].map(([hash, title]) => ({ hash, title }));
}

export function ComparePage() {
  const asked = useSearchParams().get("plan");
  const router = useRouter();
  const { data, problem, reload } = useLoaded(useCallback(() => plans(), []));
  const chosen = asked ?? data?.[0]?.hash ?? "";
  // What stands below comes after it, and is not pushed away.
  const [isSettled, setSettled] = useState(false);
  const settled = useCallback(() => setSettled(true), []);
  const isListed = data?.some(({ hash }) => hash === chosen) ?? false;
  return (
    <Shell title="Compare candidates">
      <Problem text={problem} onRetry={reload} />
      {!data && !problem && <p role="status">Loading…</p>}
      {data && (data.length > 0 || asked) && (
        <div className={styles.chooser}>
          <Choice
            label="Plan"
            hint="Only candidates who were asked the same are beside each other."
            value={chosen}
            onValue={(hash) => router.replace(`/desk/compare/?plan=${hash}`, { scroll: false })}
          >
            {!isListed && <option value={chosen}>The plan of your link</option>}
            {data.map(({ hash, title }) => (
              <option key={hash} value={hash}>
                {title}
              </option>
            ))}
          </Choice>
        </div>
      )}
      {data?.length === 0 && !asked && (
        <p className={ui.lead}>There is nobody to compare yet. It takes a plan, and interviews that have ended.</p>
      )}
      {data && chosen && <Compared key={chosen} planHash={chosen} onSettled={settled} />}
      {data && (isSettled || !chosen) && (
        <>
          <Agreement />
          <p className={desk.spaced}>
            <Link href="/desk/drift/">Interviews scored once more, by another model or rubric</Link>
          </p>
        </>
      )}
    </Shell>
  );
}
