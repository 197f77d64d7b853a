import type { Metadata } from "next";
import { RolesPage } from "@/desk/plans/RolesPage";

export const metadata: Metadata = { title: "Roles and plans · Intervue" };

export default function Page() {
  return <RolesPage />;
}
