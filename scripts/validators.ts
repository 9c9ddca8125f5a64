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

type Mode = 'faults' | 'first' | 'defaults' | 'verdict';

interface Wanted {
  readonly schema: object;
  readonly mode: Mode;
}

/** What the compiled package itself says of its schemas and of how they are compiled. */
interface Compiled {
  readonly wanted: readonly Wanted[];
  readonly optionsOf: (mode: Mode) => Options;
}

/** The module that stands in for validation/validator.js, first, and those that it imports. */
export const validatorModules = async (dist: string): Promise<readonly MadeModule[]> => {
  const { optionsOf, wanted } = await readCompiled(dist);
  const made = wanted.map((each, i) => ({ id: `hostmaster:validator-${i}`, code: codeOf(each, optionsOf) }));
  const imports = made.map(({ id }, i) => `import validator${i} from '${id}';`);
  const entries = wanted.map((each, i) => `[${JSON.stringify(keyOf(each))}, validator${i}],`);
  const modes: readonly Mode[] = ['faults', 'first', 'defaults', 'verdict'];
  const options = Object.fromEntries(modes.map((mode) => [mode, optionsOf(mode)]));
  const code = [
    "import { createRequire } from 'node:module';",
    ...imports,
    `const made = new Map([${entries.join('\n')}]);`,
    `const options = ${JSON.stringify(options)};`,
    'const compile = (schema, mode) => {',
    "  const { Ajv2020 } = createRequire(import.meta.url)('ajv/dist/2020.js');",
    '  return new Ajv2020(options[mode]).compile(schema);',
    '};',
    '/** Compiled when the package was built; a schema that was not there then is compiled now. */',
    'export const validatorOf = (schema, mode) => made.get(JSON.stringify([mode, schema])) ?? compile(schema, mode);',
  ].join('\n');
  return [{ id: join(dist, 'src/validation/validator.js'), code }, ...made];
};

/** The schemas that every plan needs; a whole plan's would be four times as much code as all of them. */
const readCompiled = async (dist: string): Promise<Compiled> => {
  const load = (path: string) => import(pathToFileURL(join(dist, path)).href);
  const [{ ajvOptions }, config, rows, { registry }, { inventorySources }] = await Promise.all([
    load('src/validation/validator.js'),
    load('src/load/schema/hostmaster.js'),
    load('src/state/row-schemas.js'),
    load('src/cli/registry.js'),
    load('src/inventory/sources/index.js'),
  ]);
  const plugins = Object.values<{ readonly schema: object }>({ ...registry, ...inventorySources });
  return {
    optionsOf: ajvOptions,
    wanted: [
      ...schemasOf(config).map((schema) => ({ schema, mode: 'faults' }) as const),
      ...schemasOf(rows).map((schema) => ({ schema, mode: 'verdict' }) as const),
      ...plugins.map(({ schema }) => ({ schema, mode: 'defaults' }) as const),
    ],
  };
};

const schemasOf = (module: object): readonly object[] =>
  Object.entries<object>({ ...module }).flatMap(([name, schema]) => (name.endsWith('Schema') ? [schema] : []));

const keyOf = ({ schema, mode }: Wanted): string => JSON.stringify([mode, schema]);

const codeOf = ({ schema, mode }: Wanted, optionsOf: Compiled['optionsOf']): string => {
  const ajv = new Ajv2020({ ...optionsOf(mode), code: { source: true, esm: true } });
  const code = standaloneCode.default(ajv, ajv.compile(schema));
  return code.replace(
    /const (\w+) = require\("([^"]+)"\)\.default;/g,
    "import from$1 from '$2.js';const $1 = from$1.default;",
  );
};
