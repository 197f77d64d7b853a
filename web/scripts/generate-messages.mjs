// schema.json (written by `python -m interview.protocol.export`) → messages.gen.ts.
// With --check: write nothing, exit 1 when the file is not what the schema says.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compile } from "json-schema-to-typescript";

const folder = new URL("../src/protocol/", import.meta.url);
const target = fileURLToPath(new URL("messages.gen.ts", folder));
const source = readFileSync(new URL("schema.json", folder), "utf8");
const { "x-constants": constants, ...schema } = JSON.parse(source);

const types = await compile(schema, "ProtocolMessage", {
  additionalProperties: false,
  bannerComment: "",
  style: { printWidth: 100 },
  // List and length limits are the server's to check; as tuples they only get in the way.
  ignoreMinAndMaxItems: true,
});
const text = [
  "// Generated from interview/protocol by `make protocol`. Do not edit.",
  `// schema sha256 ${createHash("sha256").update(source).digest("hex")}`,
  "",
  `export const PROTOCOL = ${JSON.stringify(constants, null, 2)} as const;`,
  "",
  types.trim(),
  "",
].join("\n");

if (process.argv.includes("--check")) {
  if (!existsSync(target) || readFileSync(target, "utf8") !== text) {
    console.error("web/src/protocol/messages.gen.ts is out of date; run: make protocol");
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
