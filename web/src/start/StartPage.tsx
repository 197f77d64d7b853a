"use client";

import Link from "next/link";
import { useRouter } from "next/navigation";
import { useCallback, useEffect, useState, type FormEvent } from "react";
import { ApiError, createInterview, listRoles, type Role } from "@/api/rest";
import { AudioEngine } from "@/audio/engine";
import { closeSession, sessionFor } from "@/session/registry";
import ui from "@/ui/ui.module.css";
import { RolePicker } from "./RolePicker";
import styles from "./start.module.css";

type Roles = { state: "loading" } | { state: "failed"; message: string } | { state: "ready"; roles: Role[] };

export function StartPage() {
  const router = useRouter();
  const [roles, setRoles] = useState<Roles>({ state: "loading" });
  const [role, setRole] = useState("");
  const [name, setName] = useState("");
  const [starting, setStarting] = useState(false);
  const [problem, setProblem] = useState("");

  const load = useCallback(async () => {
    try {
      const found = await listRoles();
      setRoles({ state: "ready", roles: found });
      setRole((chosen) => chosen || (found[0]?.role ?? ""));
    } catch (error) {
      setRoles({ state: "failed", message: messageOf(error) });
    }
  }, []);

  useEffect(() => {
    closeSession();
    // State is set only after the answer has come.
    // eslint-disable-next-line react-hooks/set-state-in-effect
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
    setProblem("");
    try {
      const { interview_id } = await createInterview(role, name.trim());
      void sessionFor(interview_id).join(engine);
      router.push(`/interview/?id=${encodeURIComponent(interview_id)}`);
    } catch (error) {
      engine.close();
      setStarting(false);
      setProblem(messageOf(error));
    }
  };

  return (
    <main className={styles.page}>
      <header className={styles.intro}>
        <p className={ui.mark}>Intervue</p>
        <h1 className={ui.title}>A spoken interview, at your own pace.</h1>
        <p className={ui.lead}>
          You hear each question and answer in your own words, by voice or by typing. Take the
          time you need. You can pause whenever you like and come back later.
        </p>
        <p className={ui.small}>
          Do you hire? <Link href="/login/">Sign in</Link> to invite candidates.
        </p>
      </header>
      <form className={styles.form} onSubmit={start} data-testid="start-form">
        {roles.state === "loading" && (
          <p className={ui.small} role="status" data-testid="roles-loading">
            Looking up the interviews…
          </p>
        )}
        {roles.state === "failed" && (
          <div className={ui.error} role="alert" data-testid="roles-failed">
            <p>{roles.message}</p>
            <button type="button" className={ui.button} onClick={retry}>
              Try again
            </button>
          </div>
        )}
        {roles.state === "ready" && (
          <RolePicker roles={roles.roles} chosen={role} onChoose={setRole} />
        )}
        <label className={styles.field}>
          <span>Your name</span>
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
          <strong>Before you start:</strong> the interviewer is an AI. What you say is recorded and
          written down, so that nothing is lost if the connection drops.
        </p>
        {problem && (
          <p className={ui.error} role="alert" data-testid="start-problem">
            {problem}
          </p>
        )}
        <div className={styles.go}>
          <button
            type="submit"
            className={ui.primary}
            disabled={starting || !role}
            data-testid="start-interview"
          >
            {starting ? "Starting…" : "Start interview"}
          </button>
          <p className={ui.small}>Your browser will ask to use the microphone.</p>
        </div>
      </form>
    </main>
  );
}

function messageOf(error: unknown): string {
  return error instanceof ApiError ? error.message : "Something went wrong. Please try again.";
}
