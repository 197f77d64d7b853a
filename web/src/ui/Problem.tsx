import ui from "./ui.module.css";

interface Props {
  text: string;
  testId?: string;
  onRetry?: () => void;
  tryAgain?: string;
}

/** What went wrong and what to do, said aloud as it appears. Nothing where there is no text. */
export function Problem({ text, testId = "problem", onRetry, tryAgain = "Try again" }: Props) {
  if (!text) return null;
  return (
    <div className={ui.error} role="alert" data-testid={testId}>
      <p>{text}</p>
      {onRetry && (
        <button type="button" className={ui.button} onClick={onRetry}>
          {tryAgain}
        </button>
      )}
    </div>
  );
}
