import type { Metadata } from "next";
import { Suspense } from "react";
import { CheckPage } from "@/check/CheckPage";
import { Quiet } from "@/ui/Quiet";

export const metadata: Metadata = { title: "Check sound and connection · Intervue" };

export default function Page() {
  // The interview that it is for is in the query, which a static page knows only in the browser.
  return (
    <Suspense fallback={<Quiet title="Intervue" />}>
      <CheckPage />
    </Suspense>
  );
}
