import type { Metadata } from "next";
import { OrganizationPage } from "@/desk/OrganizationPage";

export const metadata: Metadata = { title: "Organization · Intervue" };

export default function Page() {
  return <OrganizationPage />;
}
