"use client";

import type { ReactNode } from "react";
import { RequireAccount } from "@/account/RequireAccount";
import { useAccount } from "@/account/signed-in";
import { Quiet } from "@/ui/Quiet";
import ui from "@/ui/ui.module.css";
import { KnowColleagues } from "./colleagues";

/** For people of an organization. */
export function DeskLayout({ children }: { children: ReactNode }) {
  return (
    <RequireAccount>
      <StaffOnly>
        <KnowColleagues>{children}</KnowColleagues>
      </StaffOnly>
    </RequireAccount>
  );
}

function StaffOnly({ children }: { children: ReactNode }) {
  const account = useAccount();
  if (account.role !== "candidate") return children;
  return (
    <Quiet title="This page is for recruiters">
      <p className={ui.lead}>You are signed in here as a candidate.</p>
      <a className={ui.button} href="/account/">
        Go to your account
      </a>
    </Quiet>
  );
}
