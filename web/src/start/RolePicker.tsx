import type { Role } from "@/api/rest";
import ui from "@/ui/ui.module.css";
import { useWords } from "@/words/useWords";
import styles from "./start.module.css";

interface Props {
  roles: Role[];
  chosen: string;
  onChoose: (role: string) => void;
}

/** One line a role, so that all of them fit on a phone; the chosen one says what it is about. */
export function RolePicker({ roles, chosen, onChoose }: Props) {
  const { start: words } = useWords();
  if (roles.length === 0) {
    return <p className={ui.warning}>{words.none}</p>;
  }
  return (
    <fieldset className={styles.roles}>
      <legend>{words.which}</legend>
      <div className={styles.list}>
        {roles.map(({ role, title, description, minutes }) => (
          <label key={role} className={styles.role} data-testid={`role-${role}`}>
            <input
              type="radio"
              name="role"
              value={role}
              checked={role === chosen}
              onChange={() => onChoose(role)}
            />
            <span className={styles.roleText}>
              <span className={styles.roleTitle}>
                <span lang="en">{title}</span>
                {minutes !== undefined && <span className={styles.minutes}>{words.minutes(minutes)}</span>}
              </span>
              {description && role === chosen && (
                <span className={ui.small} lang="en">
                  {description}
                </span>
              )}
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
