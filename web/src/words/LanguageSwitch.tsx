"use client";

import { LANGUAGES, languageChoice, NAMES } from "./language";
import styles from "./words.module.css";
import { useLanguage, useWords } from "./useWords";

/** Each language under its own name. */
export function LanguageSwitch() {
  const spoken = useLanguage();
  const words = useWords();
  return (
    <div className={styles.switch} role="group" aria-label={words.language} data-testid="language">
      {LANGUAGES.map((language) => (
        <button
          key={language}
          type="button"
          lang={language}
          aria-pressed={language === spoken}
          onClick={() => languageChoice().choose(language)}
          data-testid={`language-${language}`}
        >
          {NAMES[language]}
        </button>
      ))}
    </div>
  );
}
