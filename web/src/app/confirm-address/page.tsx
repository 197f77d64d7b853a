import type { Metadata } from "next";
import { ProofPage } from "@/account/ProofPage";

export const metadata: Metadata = { title: "Confirm your address · Intervue" };

export default function Page() {
  return <ProofPage />;
}
