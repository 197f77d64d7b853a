import type { Metadata } from "next";
import { Suspense } from "react";
import { InterviewPage } from "@/desk/review/InterviewPage";

export const metadata: Metadata = { title: "Interview · Intervue" };

export default function Page() {
  // The interview's id is in the query, which a static page knows only in the browser.
  return (
    <Suspense>
      <InterviewPage />
    </Suspense>
  );
}
