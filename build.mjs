// Builds what browsers get: every file directly in web/assets becomes one file in web/static whose
// name carries its content's hash, so that browsers may keep it for ever. manifest.json joins the
// plain names (app.css) with those (app-1A2B3C4D.css).

import { readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";

const assets = "web/assets";
const target = "web/static";

const files = await readdir(assets, { withFileTypes: true });
const entryPoints = files.filter((file) => file.isFile()).map((file) => join(assets, file.name));

await rm(target, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints,
  outdir: target,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  metafile: true,
  target: ["es2022", "chrome109", "firefox115", "safari16"],
  loader: { ".woff": "empty", ".woff2": "file", ".svg": "file", ".png": "file" },
  logLevel: "warning",
});

const manifest = {};
for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
  if (entryPoint) manifest[basename(entryPoint)] = basename(output);
}
await writeFile(join(target, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");
