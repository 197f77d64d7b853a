import type { Metadata } from "next";
import { JoinPage } from "@/join/JoinPage";

export const metadata: Metadata = { title: "Your invitation · Intervue" };

export default function Page() {
  return <JoinPage />;
}
