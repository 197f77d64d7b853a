import type { Metadata } from "next";
import { Suspense } from "react";
import { Opening } from "@/room/Opening";
import { InterviewPage } from "@/room/InterviewPage";

export const metadata: Metadata = { title: "Interview · Intervue" };

export default function Page() {
  // The interview's id is in the query, which a static page knows only in the browser.
  return (
    <Suspense fallback={<Opening />}>
      <InterviewPage />
    </Suspense>
  );
}
