// A rating while it is being given.
import type { Rating } from "@/api/evaluation";
import type { Competency } from "@/api/plans";

/** By competency; `level` is "1" to "5", `NOT_SHOWN`'s, or empty. */
export type Given = Record<string, { level: string; reason: string }>;

export const NOT_SHOWN = { value: "none", text: "The interview does not show it" };

/** Those that are not rated yet. */
export function missing(competencies: readonly Competency[], given: Given): Competency[] {
  return competencies.filter((one) => !given[one.competency_id]?.level);
}

/** As the server takes it: one for every competency. */
export function complete(competencies: readonly Competency[], given: Given): Rating[] {
  return competencies.map(({ competency_id }) => {
    const { level, reason } = given[competency_id] ?? { level: "", reason: "" };
    return { competency_id, rating: /^[1-5]$/.test(level) ? Number(level) : null, reason: reason.trim() };
  });
}
