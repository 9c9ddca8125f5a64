// npm run fuzz -- [TEXTS] [MESSAGES] [SEED]: what test/bounds/fuzz.test.ts does, with so many of each.
import { fuzz, messageTargets, textTargets } from '../bounds/fuzz.ts';

const [texts = 400_000, messages = 300_000, seed = 1] = process.argv.slice(2).map(Number);

for (const [targets, count] of [
  [textTargets, texts],
  [messageTargets, messages],
] as const) {
  for (const target of targets) {
    const { faults, read, slowest, what } = await fuzz(target, Math.ceil(count / targets.length), seed);
    const number = Math.ceil(count / targets.length).toLocaleString('en');
    process.stdout.write(
      `${number} ${what}: ${read.toLocaleString('en')} read, the slowest ${slowest.toFixed(1)} ms, ${faults.length} faults\n`,
    );
    for (const fault of faults) process.stdout.write(`  ${fault}\n`);
  }
}
