// npm run growth: what zone files made to be slow take at 15,000, 30,000 and 60,000; see test/bounds/linear.test.ts.
import { measure } from '../bounds/growth.ts';
import { readText } from '../bounds/read.ts';
import { equalValues, shapes, typesWithSeveral } from '../bounds/shapes.ts';

const sizes = [15_000, 30_000, 60_000];

for (const { form, text, what } of [...typesWithSeveral.flatMap(equalValues), ...shapes]) {
  const { times } = await measure((size) => readText(form, text(size)), sizes);
  const ratio = ((times.at(-1) ?? 0) / Math.max(times[0] ?? 0, 1)).toFixed(1);
  process.stdout.write(
    `${what} (${form}): ${times.map((time) => `${time.toFixed(0)} ms`).join(', ')}; ${ratio} times\n`,
  );
}
