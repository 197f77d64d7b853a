import type { Metadata } from "next";
import { Suspense } from "react";
import { ComparePage } from "@/desk/compare/ComparePage";

export const metadata: Metadata = { title: "Compare candidates · Intervue" };

export default function Page() {
  // The plan is in the query, which a static page knows only in the browser.
  return (
    <Suspense>
      <ComparePage />
    </Suspense>
  );
}
