"use client";

import { useState } from "react";
import { mailAddressLink } from "@/api/account";
import { Problem } from "@/ui/Problem";
import ui from "@/ui/ui.module.css";
import { useAction } from "./useAction";

/** What is missing before people can be added and API keys made. */
export function UnprovedAddress({ email }: { email: string }) {
  const { busy, problem, run } = useAction();
  const [sent, setSent] = useState(false);
  return (
    <>
      <p>
        We sent a link to {email}. Until you have opened it, in this browser, you cannot add people or make API keys.
      </p>
      <Problem text={problem} />
      {sent ? (
        <p role="status" data-testid="address-link-sent">
          A new link is on its way. It works once, within two days.
        </p>
      ) : (
        <button
          type="button"
          className={ui.button}
          disabled={busy}
          onClick={() => void run(mailAddressLink).then(setSent)}
          data-testid="mail-address-link"
        >
          {busy ? "One moment…" : "Send it again"}
        </button>
      )}
    </>
  );
}
