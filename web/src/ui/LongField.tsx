import type { TextareaHTMLAttributes } from "react";
import { Labelled, type Named } from "./Labelled";

type Props = Named & { onValue: (value: string) => void } & Omit<
    TextareaHTMLAttributes<HTMLTextAreaElement>,
    "onChange"
  >;

/** Several lines to fill in, under their label. Grows with what is written, where browsers can. */
export function LongField({ label, hint, onValue, ...area }: Props) {
  return (
    <Labelled label={label} hint={hint}>
      {(control) => (
        <textarea
          rows={3}
          {...control}
          onChange={(event) => onValue(event.target.value)}
          {...area}
        />
      )}
    </Labelled>
  );
}
