"use client";

import { useState } from "react";
import { reevaluate } from "@/api/reevaluation";
import { useAction } from "@/account/useAction";
import { Choice } from "@/ui/Field";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import desk from "../desk.module.css";

interface Props {
  titles: ReadonlyMap<string, string>;
  models: readonly string[];
  isRunning: boolean;
  onAsked: (reevaluationId: string) => void;
}

/** Has the interviews of a role scored once more. */
export function ScoreAgain({ titles, models, isRunning, onAsked }: Props) {
  const [role, setRole] = useState([...titles.keys()][0] ?? "");
  const [model, setModel] = useState("");
  const { busy, problem, run } = useAction();
  const ask = () =>
    void run(async () => {
      onAsked((await reevaluate(role, model || null)).reevaluation_id);
    });
  return (
    <form
      className={desk.panel}
      onSubmit={(event) => {
        event.preventDefault();
        ask();
      }}
      data-testid="score-again"
    >
      <div className={desk.tools}>
        <Choice label="Role" hint="Its interviews that are scored, the last 200 at most." value={role} onValue={setRole}>
          {[...titles].map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </Choice>
        <Choice label="Model" hint="It alone is asked." value={model} onValue={setModel}>
          <option value="">As configured</option>
          {models.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Choice>
      </div>
      <p>
        <button type="submit" className={ui.button} disabled={busy || isRunning || !role}>
          {isRunning ? "Being scored…" : "Score once more"}
        </button>
      </p>
      <Problem text={problem} />
    </form>
  );
}
