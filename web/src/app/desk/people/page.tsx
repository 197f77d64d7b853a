import type { Metadata } from "next";
import { PeoplePage } from "@/desk/PeoplePage";

export const metadata: Metadata = { title: "People · Intervue" };

export default function Page() {
  return <PeoplePage />;
}
