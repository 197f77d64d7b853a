import { Field } from "@/ui/Field";
import { useAccountWords } from "./spoken";

const LEAST = 10;

interface Props {
  label?: string;
  /** After the least length. */
  advice?: string;
  value: string;
  onValue: (value: string) => void;
}

/** Where a password is chosen; the server's own rules are told when it is sent. */
export function NewPassword({ label, advice, value, onValue }: Props) {
  const { newPassword: words } = useAccountWords();
  return (
    <Field
      label={label ?? words.label}
      hint={`${words.least(LEAST)} ${advice ?? words.advice}`}
      type="password"
      autoComplete="new-password"
      required
      minLength={LEAST}
      value={value}
      onValue={onValue}
    />
  );
}
