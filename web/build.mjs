// Bundles what the pages load from npm, one ES module each, with the licences of what is inside.
import { readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const out = join(here, "..", "qa_pipeline", "review_web", "static", "built");
const modules = join(here, "node_modules");

// Wavesurfer writes a <style> into its shadow root, which our Content-Security-Policy
// refuses; the same rules as a constructed style sheet need no exception.
const styleWithoutInline = {
  name: "style-without-inline",
  setup(bundler) {
    bundler.onLoad({ filter: /wavesurfer\.js[\\/]dist[\\/]renderer\.js$/ }, ({ path }) => {
      const source = readFileSync(path, "utf8");
      const pattern = /shadow\.innerHTML = `\s*<style\$\{[^`]*`[^`]*`[^`]*?\}>([\s\S]*?)<\/style>([\s\S]*?)`;/;
      if (!pattern.test(source)) throw new Error("wavesurfer.js writes its style in another way: mend build.mjs");
      const contents = source.replace(pattern, (_all, rules, html) =>
        `shadow.innerHTML = \`${html}\`;\nconst sheet = new CSSStyleSheet();\nsheet.replaceSync(\`${rules}\`);\nshadow.adoptedStyleSheets = [sheet];`);
      return { contents, loader: "js" };
    });
  },
};

rmSync(out, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: readdirSync(join(here, "entries")).map((name) => join("entries", name)),
  outdir: out,
  bundle: true,
  format: "esm",
  legalComments: "none",
  metafile: true,
  minify: true,
  plugins: [styleWithoutInline],
  target: "es2022",
});

const inside = new Set(
  Object.keys(metafile.inputs)
    .map((path) => path.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//)?.[1])
    .filter(Boolean),
);
const licences = [...inside].sort().map((name) => {
  const folder = join(modules, name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]e|notice)/i.test(entry.name))
    .map((entry) => readFileSync(join(folder, entry.name), "utf8").trim());
  if (!texts.length) throw new Error(`${name} ${version} has no licence file`);
  return `${name} ${version} (${license})\n\n${texts.join("\n\n")}\n`;
});
writeFileSync(join(out, "LICENSES.txt"), licences.join(`\n${"=".repeat(78)}\n\n`));
