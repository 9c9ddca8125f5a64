// The command and the library in a few files: to find and read its 150 modules one by one took a fifth of a small plan's time.
import { isAbsolute, join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';
import { type MadeModule, validatorModules } from './validators.ts';

/** Writes dist/bin/hostmaster.js and dist/bin/library.js, each with all it imports of ours; what both have is a file of its own. */
export const bundleCommand = async (dist: string): Promise<void> => {
  const bundle = await rolldown({
    input: {
      hostmaster: join(dist, 'bin/hostmaster.js'),
      library: join(dist, 'src/library.js'),
      'daemon-thread': join(dist, 'src/cli/daemon-thread.js'),
      'checker-thread': join(dist, 'src/cli/checker-thread.js'),
    },
    platform: 'node',
    external: isPackage,
    plugins: [standIns(await validatorModules(dist))],
  });
  try {
    await bundle.write({
      dir: join(dist, 'bin'),
      format: 'esm',
      entryFileNames: '[name].js',
      chunkFileNames: '[name]-[hash].js',
    });
  } finally {
    await bundle.close();
  }
};

/** Packages stay packages: their licences and their fixes come with them. */
const isPackage = (id: string, importer?: string): boolean => {
  // A module that has a function beside its schemas is not written as constants by build.ts.
  if (id === 'typebox')
    throw new Error(`${importer} would load typebox when the command starts: it may export schemas only`);
  return !id.startsWith('.') && !id.startsWith(ours) && !isAbsolute(id);
};

const ours = 'hostmaster:';

const standIns = (modules: readonly MadeModule[]): Plugin => {
  const byId = new Map(modules.map(({ id, code }) => [id, code]));
  return {
    name: 'stand-ins',
    resolveId: (id) => (id.startsWith(ours) ? id : null),
    load: (id) => byId.get(id) ?? null,
  };
};
