import type { Metadata } from "next";
import { InvitationsPage } from "@/desk/InvitationsPage";

export const metadata: Metadata = { title: "Invitations · Intervue" };

export default function Page() {
  return <InvitationsPage />;
}
