#!/usr/bin/env node
// Nothing is imported before Node's version is checked, and nothing here is newer than what Node 14 can read.
// The version is package.json's `engines`: undici 8 needs it.
const needed = '22.19';

const isOlder = (version: string, than: string): boolean => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [thanMajor = 0, thanMinor = 0] = than.split('.').map(Number);
  return major < thanMajor || (major === thanMajor && minor < thanMinor);
};

if (isOlder(process.versions.node, needed)) {
  process.stderr.write(`hostmaster needs Node.js ${needed} or newer, and this is ${process.versions.node}.\n`);
  process.exitCode = 1;
} else {
  // Node exits with 0 and without a message while a promise that never settles (of a third-party provider) is waited for.
  const unfinished = (code: number): void => {
    if (code !== 0) return;
    process.stderr.write(
      "hostmaster: exited without a result: a provider's promise never settled (check third-party providers)\n",
    );
    process.exitCode = 1;
  };
  process.once('exit', unfinished);
  import('../src/cli/main.ts').then(async ({ main }) => {
    process.exitCode = await main(process.argv.slice(2));
    process.off('exit', unfinished);
    // One that was stopped has left what it read from: nobody waits for that.
    if (process.exitCode > 128) process.exit();
  });
}
