"use client";

import { Confirm } from "@/ui/Confirm";

interface Props {
  open: boolean;
  onCancel: () => void;
  onConfirm: () => void;
}

export function EndDialog({ open, onCancel, onConfirm }: Props) {
  return (
    <Confirm
      act="end"
      open={open}
      title="End the interview for good?"
      yes="End interview"
      no="Keep going"
      onYes={onConfirm}
      onNo={onCancel}
    >
      All your answers so far are kept, but you cannot come back to the remaining questions. If you
      only need a break, pause instead.
    </Confirm>
  );
}
