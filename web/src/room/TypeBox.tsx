"use client";

import { useState, type FormEvent, type KeyboardEvent } from "react";
import ui from "@/ui/ui.module.css";
import { useWords } from "@/words/useWords";
import styles from "./room.module.css";
import { TALK_BUTTON_ID } from "./useHoldToTalk";

interface Props {
  enabled: boolean;
  /** False when it could not be taken: the text stays. */
  onSend: (text: string) => boolean;
}

export function TypeBox({ enabled, onSend }: Props) {
  const { room: words } = useWords();
  const [text, setText] = useState("");

  const send = () => {
    if (onSend(text.trim())) setText("");
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    send();
  };
  const keyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Escape") leave(event.currentTarget);
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form className={styles.typing} onSubmit={submit}>
      <label className="visually-hidden" htmlFor="answer-text">
        {words.type}
      </label>
      <textarea
        id="answer-text"
        rows={1}
        value={text}
        maxLength={20_000}
        placeholder={words.typePlaceholder}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={keyDown}
        data-testid="answer-text"
      />
      <button
        type="submit"
        className={ui.button}
        disabled={!enabled || text.trim() === ""}
        data-testid="send-answer"
      >
        {words.send}
      </button>
    </form>
  );
}

/** Out of the box, to where Space talks. */
function leave(box: HTMLTextAreaElement): void {
  const button = document.getElementById(TALK_BUTTON_ID);
  if (button) button.focus();
  else box.blur();
}
