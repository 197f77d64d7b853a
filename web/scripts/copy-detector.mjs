// The voice detector's model and runtime, from its packages to where the page loads them from:
// only when somebody answers hands-free.
import { copyFileSync, existsSync, mkdirSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const vad = dirname(require.resolve("@ricky0123/vad-web"));
const runtime = dirname(require.resolve("onnxruntime-web/wasm"));
const to = join(dirname(fileURLToPath(import.meta.url)), "..", "public", "detector");

mkdirSync(to, { recursive: true });
for (const file of [
  join(vad, "silero_vad_v5.onnx"),
  join(vad, "vad.worklet.bundle.min.js"),
  join(runtime, "ort-wasm-simd-threaded.mjs"),
  join(runtime, "ort-wasm-simd-threaded.wasm"),
]) {
  const target = join(to, file.slice(dirname(file).length + 1));
  if (!existsSync(target) || statSync(target).size !== statSync(file).size) {
    copyFileSync(file, target);
  }
}
