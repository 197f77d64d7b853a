import { Field } from "@/ui/Field";

const LEAST = 10;

interface Props {
  label?: string;
  /** After the least length. */
  advice?: string;
  value: string;
  onValue: (value: string) => void;
}

/** Where a password is chosen; the server's own rules are told when it is sent. */
export function NewPassword({
  label = "New password",
  advice = "A few words you remember are fine.",
  value,
  onValue,
}: Props) {
  return (
    <Field
      label={label}
      hint={`At least ${LEAST} characters. ${advice}`}
      type="password"
      autoComplete="new-password"
      required
      minLength={LEAST}
      value={value}
      onValue={onValue}
    />
  );
}
