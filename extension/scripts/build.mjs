// Bundles the extension and the player page into dist/; with --watch again on every change.

import { build, context } from "esbuild";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Returns the bundled audio worklet as text. */
async function workletProgram() {
  const { outputFiles } = await build({
    entryPoints: [join(root, "extension/media/player/audioWorklet.ts")],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "chrome114",
  });
  return outputFiles[0].text;
}

/** Resolves `worklet-program` in the page's bundle to the text of the worklet. */
const inlineWorklet = {
  name: "inline-worklet",
  setup(page) {
    page.onResolve({ filter: /^worklet-program$/ }, ({ path }) => ({ path, namespace: "worklet" }));
    page.onLoad({ filter: /.*/, namespace: "worklet" }, async () => ({
      contents: await workletProgram(),
      loader: "text",
      watchDirs: [join(root, "extension/media/player")],
    }));
  },
};

const common = { absWorkingDir: root, bundle: true, minify: true, sourcemap: false, logLevel: "warning" };

const bundles = [
  {
    ...common,
    entryPoints: ["extension/src/extension.ts"],
    outfile: "dist/extension.js",
    platform: "node",
    format: "cjs",
    target: "node18",
    external: ["vscode"],
  },
  {
    ...common,
    entryPoints: ["extension/media/player/page.ts"],
    outfile: "dist/player.js",
    platform: "browser",
    format: "iife",
    target: "chrome114",
    plugins: [inlineWorklet],
  },
];

/** Licence texts of the packages in a bundle. */
function licencesOf({ inputs }) {
  const folders = Object.keys(inputs).map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  return [...new Set(folders)]
    .filter((folder) => folder !== undefined)
    .sort()
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
      return `${name} ${version}\n\n${readFileSync(join(root, folder, file), "utf8").trim()}\n`;
    })
    .join("\n----\n\n");
}

if (process.argv.includes("--watch")) {
  await Promise.all(bundles.map(async (bundle) => (await context(bundle)).watch()));
} else {
  const [extension] = await Promise.all(bundles.map((bundle) => build({ ...bundle, metafile: true })));
  writeFileSync(join(root, "dist", "licences.txt"), licencesOf(extension.metafile));
}
