"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useState, type FormEvent } from "react";
import { ApiError, createInterview, listRoles, type Role } from "@/api/rest";
import { AudioEngine } from "@/audio/engine";
import { closeSession, sessionFor } from "@/session/registry";
import ui from "@/ui/ui.module.css";
import type { Said } from "@/words/en";
import { LanguageSwitch } from "@/words/LanguageSwitch";
import { usePageWords } from "@/words/useWords";
import { RolePicker } from "./RolePicker";
import styles from "./start.module.css";

type Roles = { state: "loading" } | { state: "failed"; said: Said } | { state: "ready"; roles: Role[] };

export function StartPage() {
  const router = useRouter();
  const words = usePageWords("start");
  const [roles, setRoles] = useState<Roles>({ state: "loading" });
  const [role, setRole] = useState("");
  const [name, setName] = useState("");
  const [starting, setStarting] = useState(false);
  const [problem, setProblem] = useState<Said | null>(null);

  const load = useCallback(async () => {
    try {
      const found = await listRoles();
      setRoles({ state: "ready", roles: found });
      setRole((chosen) => chosen || (found[0]?.role ?? ""));
    } catch (error) {
      setRoles({ state: "failed", said: saidOf(error) });
    }
  }, []);

  useEffect(() => {
    closeSession();
    void load();
  }, [load]);

  const retry = () => {
    setRoles({ state: "loading" });
    void load();
  };

  const start = async (event: FormEvent) => {
    event.preventDefault();
    if (starting || !role) return;
    // In the click itself, or the browser keeps the sound locked.
    const engine = AudioEngine.create();
    setStarting(true);
    setProblem(null);
    try {
      const { interview_id } = await createInterview(role, name.trim());
      void sessionFor(interview_id).join(engine);
      router.push(`/interview/?id=${encodeURIComponent(interview_id)}`);
    } catch (error) {
      engine.close();
      setStarting(false);
      setProblem(() => saidOf(error));
    }
  };

  return (
    <main className={styles.page}>
      <header className={styles.intro}>
        <div className={ui.top}>
          <p className={ui.mark}>Intervue</p>
          <LanguageSwitch />
        </div>
        <h1 className={ui.title}>{words.start.title}</h1>
        <p className={ui.lead}>
          {words.start.lead}
        </p>
        <p className={ui.small}>
          {words.start.hire.before}
          <Link href="/login/">{words.start.hire.signIn}</Link>
          {words.start.hire.after}
        </p>
      </header>
      <form className={styles.form} onSubmit={start} data-testid="start-form">
        {roles.state === "loading" && (
          <p className={ui.small} role="status" data-testid="roles-loading">
            {words.start.loading}
          </p>
        )}
        {roles.state === "failed" && (
          <div className={ui.error} role="alert" data-testid="roles-failed">
            <p>{roles.said(words)}</p>
            <button type="button" className={ui.button} onClick={retry}>
              {words.tryAgain}
            </button>
          </div>
        )}
        {roles.state === "ready" && (
          <RolePicker roles={roles.roles} chosen={role} onChoose={setRole} />
        )}
        <label className={styles.field}>
          <span>{words.start.name}</span>
          <input
            type="text"
            value={name}
            maxLength={80}
            autoComplete="name"
            onChange={(event) => setName(event.target.value)}
            data-testid="candidate-name"
          />
        </label>
        <p className={styles.consent}>
          <strong>{words.start.before}</strong> {words.start.consent}
        </p>
        {problem && (
          <p className={ui.error} role="alert" data-testid="start-problem">
            {problem(words)}
          </p>
        )}
        <div className={styles.go}>
          <button
            type="submit"
            className={ui.primary}
            disabled={starting || !role}
            data-testid="start-interview"
          >
            {starting ? words.start.starting : words.start.start}
          </button>
          <p className={ui.small}>{words.start.willAsk}</p>
          <Link href="/check/" className={ui.small} data-testid="check-first">
            {words.start.check}
          </Link>
        </div>
      </form>
    </main>
  );
}

function saidOf(error: unknown): Said {
  if (!(error instanceof ApiError)) return (words) => words.somethingWrong;
  if (error.code === "network") return (words) => words.offline;
  return (words) => words.fromServer(error.message);
}
