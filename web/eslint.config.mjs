import nextVitals from "eslint-config-next/core-web-vitals";
import nextTypescript from "eslint-config-next/typescript";

const config = [
  ...nextVitals,
  ...nextTypescript,
  {
    rules: {
      "max-lines": ["error", { max: 250 }],
      "no-console": "error",
      eqeqeq: "error",
    },
  },
  { files: ["scripts/**", "**/*.gen.ts"], rules: { "no-console": "off", "max-lines": "off" } },
  { ignores: ["public/detector/**", ".next/**", "out/**", "next-env.d.ts"] },
];

export default config;
