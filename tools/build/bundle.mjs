// @ts-check
/**
 * esbuild, for bundling.py: the modules of each realm in few files.
 *
 * Arguments: the folder of the sources (`web`), the folder that gets the bundles, and a JSON list
 * of groups; a group is `{name: module}`, and shares what its modules share.
 */

import { mkdir, realpath, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';

const [folder, out, groups] = process.argv.slice(2);
/** As esbuild names what it finds in it, also where it is a link. */
const web = await realpath(folder);

/** What was vendored stays a file of its own: its hash is known, and build_info.js comes last. */
const vendored = {
  name: 'vendored',
  /** @param {import('esbuild').PluginBuild} build */
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\// }, ({ path, importer }) => {
      const target = relative(web, resolve(dirname(importer), path)).replaceAll('\\', '/');
      return /^(vendor|wasm)\//.test(target) ? { path: `../${target}`, external: true } : undefined;
    });
  },
};

await mkdir(out, { recursive: true });
await Promise.all(JSON.parse(groups).map(bundle));

/** @param {Record<string, string>} group */
async function bundle(group) {
  const entries = Object.entries(group).map(([name, module]) => [name, join(web, module)]);
  const { outputFiles } = await build({
    entryPoints: Object.fromEntries(entries),
    bundle: true,
    splitting: true,
    write: false,
    format: 'esm',
    target: 'es2024',
    charset: 'utf8',
    sourcemap: true,
    sourcesContent: false,
    // Beside the sources, as in dist: so their maps say where they are.
    outdir: join(web, 'app'),
    chunkNames: '[name]-[hash]',
    plugins: [vendored],
    logLevel: 'warning',
  });
  for (const { path, contents } of outputFiles) await writeFile(join(out, basename(path)), contents);
}
