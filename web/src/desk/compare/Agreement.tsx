"use client";

import { useCallback } from "react";
import { readAgreement, type Agreements, type Figures } from "@/api/comparison";
import { everyOwnRole } from "@/api/plans";
import { listRoles } from "@/api/rest";
import { useLoaded } from "@/account/useLoaded";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import styles from "./compare.module.css";
import { agreementIn, percent } from "./words";

async function read(): Promise<{ found: Agreements; titles: Map<string, string> }> {
  const [found, own, builtin] = await Promise.all([readAgreement(), everyOwnRole(), listRoles()]);
  const titles = new Map([
    ...own.map(({ role_id, title }) => [role_id, title] as const),
    ...builtin.map(({ role, title }) => [role, title] as const),
  ]);
  return { found, titles };
}

/** How far people and the model agree, over what was rated blindly. */
export function Agreement() {
  const { data, problem, reload } = useLoaded(useCallback(() => read(), []));
  return (
    <section className={styles.section} aria-labelledby="agreement" data-testid="agreement">
      <h2 id="agreement" className={desk.heading}>
        Agreement of people and model
      </h2>
      <Problem text={problem} onRetry={reload} />
      {!data && !problem && <p role="status">Loading…</p>}
      {data && (
        <>
          <p className={ui.lead}>{agreementIn(data.found.overall)}</p>
          {data.found.overall.pairs > 0 && (
            <div className={styles.scrolled} tabIndex={0} role="group" aria-labelledby="agreement">
              <table className={`${styles.table} ${styles.figures} ${styles.few}`}>
                <caption className="visually-hidden">Agreement, over all and by role</caption>
                <thead>
                  <tr>
                    <th scope="col">Role</th>
                    <th scope="col">Ratings</th>
                    <th scope="col">The same</th>
                    <th scope="col">Within one</th>
                    <th scope="col">Kappa</th>
                  </tr>
                </thead>
                <tbody>
                  <Row name="All" figures={data.found.overall} />
                  {data.found.roles.map((figures) => (
                    <Row key={figures.role} name={data.titles.get(figures.role) ?? "An archived role"} figures={figures} />
                  ))}
                </tbody>
              </table>
            </div>
          )}
          <p className={ui.small}>
            Only ratings by people who had seen no scores count
            {data.found.not_blind > 0 && `; ${data.found.not_blind} had seen some, and are left out`}. Kappa is Cohen&apos;s
            with quadratic weights: 1 is agreement, 0 what chance would give.
          </p>
        </>
      )}
    </section>
  );
}

function Row({ name, figures }: { name: string; figures: Figures }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{figures.pairs}</td>
      <td>{percent(figures.exact)}</td>
      <td>{percent(figures.within_one)}</td>
      <td>{figures.kappa === null ? "–" : figures.kappa.toFixed(2).replace("-", "−")}</td>
    </tr>
  );
}
