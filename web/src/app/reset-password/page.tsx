import type { Metadata } from "next";
import { ResetPage } from "@/account/ResetPage";

export const metadata: Metadata = { title: "Set a new password · Intervue" };

export default function Page() {
  return <ResetPage />;
}
