// What somebody chose in this browser. Without a storage (private windows) it is forgotten.

export interface Preference {
  get(): boolean;
  set(wanted: boolean): void;
}

export function preference(name: string): Preference {
  const key = `intervue.${name}`;
  return {
    get: () => attempt(() => localStorage.getItem(key) === "yes") ?? false,
    set: (wanted) => void attempt(() => localStorage.setItem(key, wanted ? "yes" : "no")),
  };
}

function attempt<T>(action: () => T): T | null {
  try {
    return action();
  } catch {
    return null;
  }
}
