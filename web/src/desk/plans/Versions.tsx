"use client";

import { useCallback, useEffect, useRef, useState } from "react";
import { beginDraft, listVersions, readChanges, readVersion, type Plan, type Role, type Version } from "@/api/plans";
import { useAction } from "@/account/useAction";
import { useLoaded } from "@/account/useLoaded";
import { day } from "@/ui/moment";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { Badge } from "../Badge";
import { useNames } from "../colleagues";
import desk from "../desk.module.css";
import { PlanView } from "./PlanView";
import styles from "./plans.module.css";
import { changesInWords, madeBy } from "./words";

/** All versions of a role's plan, each to be read, compared with the one before, and gone back to. */
export function Versions({ role, onBegun }: { role: Role; onBegun: () => void }) {
  const { role_id: roleId } = role;
  // Asked anew whenever one comes about.
  const known = `${role.draft_number} ${role.approved_number}`;
  // eslint-disable-next-line react-hooks/exhaustive-deps -- see above
  const { data, problem, reload } = useLoaded(useCallback(() => listVersions(roleId), [roleId, known]));
  const [shown, setShown] = useState<Version | null>(null);
  const nameOf = useNames();
  return (
    <section className={desk.panel} aria-labelledby="versions">
      <h2 id="versions">Versions</h2>
      <Problem text={problem} onRetry={reload} />
      {data?.length === 0 && <p className={ui.small}>There are none yet.</p>}
      {data && data.length > 0 && (
        <ol className={styles.versions}>
          {data.map((version) => (
            <li key={version.plan_version_id} data-testid="version" data-state={version.state}>
              <div>
                <p>
                  <strong>Version {version.number}</strong>{" "}
                  <Badge
                    name={version.state === "approved" ? "Approved" : "Draft"}
                    tone={version.state === "approved" ? "good" : "warn"}
                  />
                </p>
                <p className={ui.small}>
                  {day(version.approved_at ?? version.updated_at)}, {madeBy(version)}
                  {version.state === "approved" && `, approved by ${inMid(nameOf(version.approved_by))}`}
                </p>
              </div>
              <button
                type="button"
                className={desk.small}
                aria-label={`Look at version ${version.number}`}
                onClick={() => setShown(version)}
              >
                Look
              </button>
            </li>
          ))}
        </ol>
      )}
      {shown && (
        <VersionDialog
          key={shown.number}
          roleId={roleId}
          version={shown}
          canBegin={role.draft_number === null && role.archived_at === null && shown.state === "approved"}
          onBegun={onBegun}
          onClose={() => setShown(null)}
        />
      )}
    </section>
  );
}

/** Within a sentence. */
function inMid(name: string): string {
  return name === "You" || name === "A colleague" ? name.toLowerCase() : name;
}

interface Shown {
  roleId: string;
  version: Version;
  canBegin: boolean;
  onBegun: () => void;
  onClose: () => void;
}

function VersionDialog({ roleId, version, canBegin, onBegun, onClose }: Shown) {
  const dialog = useRef<HTMLDialogElement>(null);
  const { number } = version;
  const load = useCallback(
    async (): Promise<[Plan, string[]]> => {
      const [plan, found] = await Promise.all([
        readVersion(roleId, number),
        number > 1 ? readChanges(roleId, number) : null,
      ]);
      return [plan, found ? changesInWords(found, plan) : []];
    },
    [roleId, number],
  );
  const { data, problem, reload } = useLoaded(load);
  const action = useAction();
  useEffect(() => dialog.current?.showModal(), []);

  return (
    <dialog ref={dialog} className={styles.dialog} aria-labelledby="version-title" onClose={onClose}>
      <header className={styles.dialogHead}>
        <h2 id="version-title">Version {number}</h2>
        <button type="button" className={ui.button} onClick={() => dialog.current?.close()}>
          Close
        </button>
      </header>
      <Problem text={problem} onRetry={reload} />
      <Problem text={action.problem} />
      {!data && !problem && <p role="status">Loading…</p>}
      {data && (
        <>
          {number > 1 && (
            <section aria-labelledby="version-changes">
              <h3 id="version-changes">Since version {number - 1}</h3>
              {data[1].length === 0 && <p className={ui.small}>Nothing is different.</p>}
              <ul className={styles.plain}>
                {data[1].map((line) => (
                  <li key={line}>{line}</li>
                ))}
              </ul>
            </section>
          )}
          {canBegin && (
            <div>
              <button
                type="button"
                className={ui.go}
                disabled={action.busy}
                onClick={() =>
                  void action.run(() => beginDraft(roleId, { number })).then((done) => {
                    if (!done) return;
                    dialog.current?.close();
                    onBegun();
                  })
                }
              >
                Begin a new version from this one
              </button>
            </div>
          )}
          <PlanView plan={data[0]} />
        </>
      )}
    </dialog>
  );
}
