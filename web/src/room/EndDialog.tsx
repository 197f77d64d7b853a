"use client";

import { useEffect, useRef } from "react";
import ui from "@/ui/ui.module.css";
import styles from "./room.module.css";

interface Props {
  open: boolean;
  onCancel: () => void;
  onConfirm: () => void;
}

export function EndDialog({ open, onCancel, onConfirm }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <dialog ref={dialog} className={styles.dialog} onClose={onCancel} aria-labelledby="end-title">
      <h2 id="end-title">End the interview for good?</h2>
      <p>
        All your answers so far are kept, but you cannot come back to the remaining questions. If
        you only need a break, pause instead.
      </p>
      <div className={ui.row}>
        <button type="button" className={ui.button} onClick={onCancel} data-testid="cancel-end">
          Keep going
        </button>
        <button type="button" className={ui.danger} onClick={onConfirm} data-testid="confirm-end">
          End interview
        </button>
      </div>
    </dialog>
  );
}
