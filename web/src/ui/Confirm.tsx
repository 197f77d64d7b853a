"use client";

import { useEffect, useId, useRef, type ReactNode } from "react";
import styles from "./confirm.module.css";
import ui from "./ui.module.css";

interface Props {
  open: boolean;
  title: string;
  yes: string;
  no: string;
  onYes: () => void;
  onNo: () => void;
  children: ReactNode;
}

/** Before what cannot be undone. Escape is no. */
export function Confirm({ open, title, yes, no, onYes, onNo, children }: Props) {
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
        <button type="button" className={ui.button} onClick={onNo}>
          {no}
        </button>
        <button type="button" className={ui.danger} onClick={onYes} data-testid="confirm">
          {yes}
        </button>
      </div>
    </dialog>
  );
}
