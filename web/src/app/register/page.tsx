import type { Metadata } from "next";
import { RegisterPage } from "@/account/RegisterPage";

export const metadata: Metadata = { title: "Register · Intervue" };

export default function Page() {
  return <RegisterPage />;
}
