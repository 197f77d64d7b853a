import type { Metadata } from "next";
import { Suspense } from "react";
import { DriftPage } from "@/desk/drift/DriftPage";

export const metadata: Metadata = { title: "Scored once more · Intervue" };

export default function Page() {
  // Which one is shown is in the query, which a static page knows only in the browser.
  return (
    <Suspense>
      <DriftPage />
    </Suspense>
  );
}
