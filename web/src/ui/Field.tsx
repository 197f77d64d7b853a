import { useEffect, useRef, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes } from "react";
import { Labelled, type Named } from "./Labelled";

type FieldProps = Named &
  Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> & { onValue: (value: string) => void };

/** One line to fill in, under its label. */
export function Field({ label, hint, onValue, ...input }: FieldProps) {
  const element = useRef<HTMLInputElement>(null);

  useEffect(() => {
    // What was typed, or filled in by the browser, before our scripts ran.
    if (element.current?.value) onValue(element.current.value);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once
  }, []);

  return (
    <Labelled label={label} hint={hint}>
      {(control) => (
        <input
          ref={element}
          {...control}
          onChange={(event) => onValue(event.target.value)}
          {...input}
        />
      )}
    </Labelled>
  );
}

type ChoiceProps = Named &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, "onChange"> & {
    onValue: (value: string) => void;
    children: ReactNode;
  };

/** One of several. */
export function Choice({ label, hint, onValue, children, ...select }: ChoiceProps) {
  return (
    <Labelled label={label} hint={hint}>
      {(control) => (
        <select {...control} onChange={(event) => onValue(event.target.value)} {...select}>
          {children}
        </select>
      )}
    </Labelled>
  );
}
