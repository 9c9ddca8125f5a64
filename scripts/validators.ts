// The built command carries its validators as code: ajv would take a tenth of a second to load and to compile them.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv2020, type Options } from 'ajv/dist/2020.js';
import standaloneCode from 'ajv/dist/standalone/index.js';

/** A module that the bundler takes in place of a file, or by a name of its own. */
export interface MadeModule {
  readonly id: string;
  readonly code: string;
}

interface Wanted {
  readonly schema: object;
  readonly useDefaults: boolean;
}

/** What the compiled package itself says of its schemas and of how they are compiled. */
interface Compiled {
  readonly wanted: readonly Wanted[];
  readonly optionsOf: (options: { readonly useDefaults: boolean }) => Options;
}

/** The module that stands in for load/config/validator.js, first, and those that it imports. */
export const validatorModules = async (dist: string): Promise<readonly MadeModule[]> => {
  const { optionsOf, wanted } = await readCompiled(dist);
  const made = wanted.map((each, i) => ({ id: `hostmaster:validator-${i}`, code: codeOf(each, optionsOf) }));
  const imports = made.map(({ id }, i) => `import validator${i} from '${id}';`);
  const entries = wanted.map((each, i) => `[${JSON.stringify(keyOf(each))}, validator${i}],`);
  const code = [
    "import { createRequire } from 'node:module';",
    ...imports,
    `const made = new Map([${entries.join('\n')}]);`,
    `const plain = ${JSON.stringify(optionsOf({ useDefaults: false }))};`,
    'const compile = (schema, useDefaults) => {',
    "  const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js');",
    '  return new Ajv2020({ ...plain, useDefaults }).compile(schema);',
    '};',
    '/** Compiled when the package was built; a schema that was not there then is compiled now. */',
    'export const validatorOf = (schema, { useDefaults = false } = {}) =>',
    '  made.get(JSON.stringify([useDefaults, schema])) ?? compile(schema, useDefaults);',
  ].join('\n');
  return [{ id: join(dist, 'src/load/config/validator.js'), code }, ...made];
};

/** The schemas that every plan needs; a whole plan's would be four times as much code as all of them. */
const readCompiled = async (dist: string): Promise<Compiled> => {
  const load = (path: string) => import(pathToFileURL(join(dist, path)).href);
  const [{ ajvOptions }, schemas, { registry }, { inventorySources }] = await Promise.all([
    load('src/load/config/validator.js'),
    load('src/load/schema/hostmaster.js'),
    load('src/cli/registry.js'),
    load('src/inventory/sources/index.js'),
  ]);
  const own = Object.entries<object>(schemas).filter(([name]) => name.endsWith('Schema'));
  const plugins = Object.values<{ readonly schema: object }>({ ...registry, ...inventorySources });
  return {
    optionsOf: ajvOptions,
    wanted: [
      ...own.map(([, schema]) => ({ schema, useDefaults: false })),
      ...plugins.map(({ schema }) => ({ schema, useDefaults: true })),
    ],
  };
};

const keyOf = ({ schema, useDefaults }: Wanted): string => JSON.stringify([useDefaults, schema]);

const codeOf = ({ schema, useDefaults }: Wanted, optionsOf: Compiled['optionsOf']): string => {
  const ajv = new Ajv2020({ ...optionsOf({ useDefaults }), code: { source: true, esm: true } });
  const code = standaloneCode.default(ajv, ajv.compile(schema));
  return code.replace(
    /const (\w+) = require\("([^"]+)"\)\.default;/g,
    "import from$1 from '$2.js';const $1 = from$1.default;",
  );
};
