"use client";

import { useEffect, useId, useRef, type ReactNode } from "react";
import styles from "./confirm.module.css";
import ui from "./ui.module.css";

interface Props {
  /** What it is about, for the tests: `confirm-{act}`, `cancel-{act}`. */
  act: string;
  open: boolean;
  title: string;
  yes: string;
  no: string;
  onYes: () => void;
  onNo: () => void;
  /** Nothing is lost by it. */
  calm?: boolean;
  children: ReactNode;
}

/** Before what cannot be undone. Escape is no. */
export function Confirm({ act, open, title, yes, no, onYes, onNo, calm = false, children }: Props) {
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <dialog ref={dialog} className={styles.dialog} onClose={onNo} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      <p>{children}</p>
      <div className={ui.row}>
        <button type="button" className={ui.button} onClick={onNo} data-testid={`cancel-${act}`}>
          {no}
        </button>
        <button type="button" className={calm ? ui.go : ui.danger} onClick={onYes} data-testid={`confirm-${act}`}>
          {yes}
        </button>
      </div>
    </dialog>
  );
}
