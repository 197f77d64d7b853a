"use client";

import type { Quote } from "@/api/evaluation";
import { moment } from "@/ui/moment";
import ui from "@/ui/ui.module.css";
import { useNames } from "../colleagues";
import code from "./code.module.css";
import styles from "./review.module.css";
import { mishearing } from "./words";

interface Props {
  quote: Quote;
  onQuote: (quote: Quote, from: HTMLElement) => void;
}

/** Words that a score rests on, as they should read; and what was recognized instead of them. */
export function QuoteItem({ quote, onQuote }: Props) {
  const nameOf = useNames();
  const wrong = mishearing(quote);
  const words = quote.correction?.now ?? quote.quote;
  return (
    <li>
      <button type="button" className={styles.quote} onClick={(event) => onQuote(quote, event.currentTarget)} data-testid="quote">
        {wrong && wrong.heard !== "" && (
          <>
            <span className="visually-hidden">Recognized was: </span>
            <del className={styles.misheard}>{wrong.heard}</del> <span className="visually-hidden">What was said: </span>
          </>
        )}
        {quote.source === "code" ? <code className={code.quoted}>{quote.quote}</code> : words && `“${words}”`}
        <span className="visually-hidden">
          {quote.source === "code" ? " Go to it in the code" : " Go to it in the transcript, and hear it"}
        </span>
      </button>
      {wrong && quote.correction && (
        <p className={ui.small} data-testid="quote-corrected">
          Set right by: {nameOf(quote.correction.corrected_by)}, {moment(quote.correction.corrected_at)}.
          {!quote.correction.is_scored && " The score goes by words of before."}
        </p>
      )}
    </li>
  );
}
