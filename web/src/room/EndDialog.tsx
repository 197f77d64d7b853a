"use client";

import { Confirm } from "@/ui/Confirm";
import { useWords } from "@/words/useWords";

interface Props {
  open: boolean;
  onCancel: () => void;
  onConfirm: () => void;
}

export function EndDialog({ open, onCancel, onConfirm }: Props) {
  const { room: words } = useWords();
  return (
    <Confirm
      act="end"
      open={open}
      title={words.endTitle}
      yes={words.endYes}
      no={words.endNo}
      onYes={onConfirm}
      onNo={onCancel}
    >
      {words.endText}
    </Confirm>
  );
}
