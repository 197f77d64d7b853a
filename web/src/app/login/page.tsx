import type { Metadata } from "next";
import { LoginPage } from "@/account/LoginPage";

export const metadata: Metadata = { title: "Sign in · Intervue" };

export default function Page() {
  return <LoginPage />;
}
