import type { Metadata } from "next";
import { Suspense } from "react";
import { RolePage } from "@/desk/plans/RolePage";

export const metadata: Metadata = { title: "Role · Intervue" };

export default function Page() {
  // The role's id is in the query, which a static page knows only in the browser.
  return (
    <Suspense>
      <RolePage />
    </Suspense>
  );
}
