"use client";

import { useEffect, useRef, useState } from "react";
import { beginDraft, propose, readProposal, retryProposal, type Proposal } from "@/api/plans";
import { listRoles } from "@/api/rest";
import { useSignedOut } from "@/account/signed-in";
import { useAction } from "@/account/useAction";
import { useLoaded } from "@/account/useLoaded";
import { saidOf } from "@/account/wording";
import { Choice } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";
import styles from "./plans.module.css";
import { failedBecause } from "./words";

const AGAIN_MS = 1_500;
const MINUTES = ["15", "20", "30", "45", "60", "90"];

/** While a plan is being drafted: asked again and again, until it is there or is not to be. */
export function Drafting({ roleId, proposalId, onOver }: { roleId: string; proposalId: string; onOver: () => void }) {
  const signedOut = useSignedOut();
  const [proposal, setProposal] = useState<Proposal | null>(null);
  const [problem, setProblem] = useState("");
  const over = useRef(onOver);
  useEffect(() => void (over.current = onOver));

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isGone = false;
    const look = async () => {
      try {
        const found = await readProposal(roleId, proposalId);
        if (isGone) return;
        setProposal(found);
        setProblem("");
        if (found.state !== "running") return over.current();
      } catch (error) {
        if (isGone || signedOut(error)) return;
        // It goes on without us.
        setProblem(saidOf(error));
      }
      timer = setTimeout(() => void look(), AGAIN_MS);
    };
    void look();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [roleId, proposalId, signedOut]);

  return (
    <section className={styles.drafting} aria-labelledby="drafting" data-testid="drafting">
      <div className={styles.moving} role="progressbar" aria-labelledby="drafting" />
      <h2 id="drafting">A plan is being drafted</h2>
      <p role="status" className={ui.lead}>
        First what the job asks for, then questions about it{proposal && ` for ${proposal.minutes} minutes`}. This can take a
        minute or two. You may leave this page: it goes on.
      </p>
      <Problem text={problem} />
    </section>
  );
}

/** Of a proposal that has failed: why, and what to do. */
export function Failed(props: { roleId: string; proposalId: string; onAgain: () => void }) {
  const { roleId, proposalId, onAgain } = props;
  const [asked, setAsked] = useState<Proposal | null>(null);
  const { busy, problem, run } = useAction();
  const { run: look } = useAction();
  useEffect(() => void look(async () => setAsked(await readProposal(roleId, proposalId))), [look, roleId, proposalId]);
  return (
    <div className={ui.warning} role="alert" data-testid="drafting-failed" data-reason={asked?.reason ?? ""}>
      <div className={styles.told}>
        <p>
          <strong>The plan could not be drafted.</strong> {asked && failedBecause(asked.reason)}
        </p>
        <Problem text={problem} />
        <div>
          <button
            type="button"
            className={ui.button}
            disabled={busy}
            onClick={() => void run(() => retryProposal(roleId, proposalId)).then((done) => done && onAgain())}
            data-testid="draft-again"
          >
            {busy ? "One moment…" : "Try again"}
          </button>
        </div>
      </div>
    </div>
  );
}

/** A role without a draft: how it is to begin. */
export function BeginDraft(props: { roleId: string; isDescribed: boolean; hasDraft?: boolean; onBegun: () => void }) {
  const { roleId, isDescribed, hasDraft = false, onBegun } = props;
  const builtin = useLoaded(listRoles);
  const { busy, problem, run } = useAction();
  const [minutes, setMinutes] = useState("30");
  const [chosen, setChosen] = useState("");
  const role = chosen || (builtin.data?.[0]?.role ?? "");
  const begin = (how: () => Promise<unknown>) => void run(how).then((done) => done && onBegun());

  return (
    <div className={styles.ways}>
      <section className={desk.panel} aria-labelledby="from-description">
        <h2 id="from-description">Draft it from the job description</h2>
        <p className={ui.small}>
          {isDescribed
            ? "A language model proposes competencies, levels and questions. You change what you like, and approve."
            : "There is no job description yet: the title alone has to do. Add one, and the draft fits better."}
          {hasDraft && " It takes the place of this draft, but for the questions that are kept."}
        </p>
        <Choice label="The interview takes" value={minutes} onValue={setMinutes}>
          {MINUTES.map((value) => (
            <option key={value} value={value}>
              {value} minutes
            </option>
          ))}
        </Choice>
        <div>
          <button
            type="button"
            className={hasDraft ? ui.button : ui.primary}
            disabled={busy}
            onClick={() => begin(() => propose(roleId, Number(minutes)))}
            data-testid="propose"
          >
            {busy ? "One moment…" : "Draft a plan"}
          </button>
        </div>
      </section>
      {!hasDraft && (
        <section className={desk.panel} aria-labelledby="from-builtin">
          <h2 id="from-builtin">Begin with a built-in interview</h2>
          <p className={ui.small}>A whole plan with its competencies, to be changed to what you look for.</p>
          <Choice label="Interview" value={role} onValue={setChosen} disabled={!builtin.data}>
            {!builtin.data && <option value="">Loading…</option>}
            {builtin.data?.map(({ role: value, title }) => (
              <option key={value} value={value}>
                {title}
              </option>
            ))}
          </Choice>
          <div>
            <button
              type="button"
              className={ui.button}
              disabled={busy || !role}
              onClick={() => begin(() => beginDraft(roleId, { builtin: role }))}
              data-testid="begin-builtin"
            >
              Begin with it
            </button>
          </div>
        </section>
      )}
      <Problem text={problem || builtin.problem} />
    </div>
  );
}
