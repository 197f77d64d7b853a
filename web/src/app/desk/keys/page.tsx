import type { Metadata } from "next";
import { KeysPage } from "@/desk/KeysPage";

export const metadata: Metadata = { title: "API keys · Intervue" };

export default function Page() {
  return <KeysPage />;
}
