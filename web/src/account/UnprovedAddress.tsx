"use client";

import { useState } from "react";
import { mailAddressLink } from "@/api/account";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { useAccountWords } from "./spoken";
import { useAction } from "./useAction";

/** What is missing before people can be added and API keys made. */
export function UnprovedAddress({ email }: { email: string }) {
  const { proof: words, moment } = useAccountWords();
  const { busy, problem, run } = useAction();
  const [sent, setSent] = useState(false);
  return (
    <>
      <p>{words.unproved(email)}</p>
      <Problem text={problem} />
      {sent ? (
        <p role="status" data-testid="address-link-sent">
          {words.sent}
        </p>
      ) : (
        <button
          type="button"
          className={ui.button}
          disabled={busy}
          onClick={() => void run(mailAddressLink).then(setSent)}
          data-testid="mail-address-link"
        >
          {busy ? moment : words.again}
        </button>
      )}
    </>
  );
}
