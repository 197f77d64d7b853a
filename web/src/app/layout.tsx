import "@fontsource-variable/figtree";
// One cut: for titles that all weigh the same, the variable file is two and a half times as large.
import "@fontsource/newsreader/400.css";
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { KeptFocus } from "@/ui/KeptFocus";
import "./globals.css";

export const metadata: Metadata = {
  title: "Intervue",
  description: "A spoken interview in your browser, at your own pace.",
};

export const viewport: Viewport = {
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#faf7f2" },
    { media: "(prefers-color-scheme: dark)", color: "#1a1816" },
  ],
};

export default function Layout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        {children}
        <KeptFocus />
      </body>
    </html>
  );
}
