import type { NextConfig } from "next";

const config: NextConfig = {
  // Plain files that the API serves; `/interview/?id=…` instead of dynamic segments.
  output: "export",
  trailingSlash: true,
  reactStrictMode: true,
  poweredByHeader: false,
  images: { unoptimized: true },
};

export default config;
