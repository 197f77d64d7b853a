import type { Metadata } from "next";
import { InterviewsPage } from "@/desk/InterviewsPage";

export const metadata: Metadata = { title: "Interviews · Intervue" };

export default function Page() {
  return <InterviewsPage />;
}
