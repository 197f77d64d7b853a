import type { Metadata } from "next";
import { AccommodationsPage } from "@/desk/AccommodationsPage";

export const metadata: Metadata = { title: "Accommodations · Intervue" };

export default function Page() {
  return <AccommodationsPage />;
}
