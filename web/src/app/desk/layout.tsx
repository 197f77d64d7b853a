import type { ReactNode } from "react";
import { DeskLayout } from "@/desk/DeskLayout";

export default function Layout({ children }: { children: ReactNode }) {
  return <DeskLayout>{children}</DeskLayout>;
}
