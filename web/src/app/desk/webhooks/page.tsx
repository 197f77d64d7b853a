import type { Metadata } from "next";
import { WebhooksPage } from "@/desk/webhooks/WebhooksPage";

export const metadata: Metadata = { title: "Webhooks · Intervue" };

export default function Page() {
  return <WebhooksPage />;
}
