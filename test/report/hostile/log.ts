// What a CI and a terminal would do with what is printed, told by nothing of src/.

/** Commands that GitHub's runner knows; a stop word becomes one more. */
const registered = [
  ...['add-mask', 'add-matcher', 'add-path', 'debug', 'echo', 'endgroup', 'error', 'group', 'notice', 'remove-matcher'],
  ...['save-state', 'set-env', 'set-output', 'stop-commands', 'warning'],
];

/**
 * The commands that GitHub's runner would run (actions/runner, ActionCommand.cs): `::name …::` after white space, and
 * `##[name …]` anywhere in a line. Lines end as .NET's reader ends them.
 */
export const workflowCommands = (output: string): readonly string[] => {
  const commands: string[] = [];
  let stopWord: string | null = null;
  for (const line of output.split(/\r\n|\r|\n/)) {
    const names = [...registered, ...(stopWord === null ? [] : [stopWord])];
    const command = namesIn(line).find((name) => names.includes(name));
    if (command === undefined) continue;
    if (stopWord !== null) {
      if (command === stopWord) stopWord = null;
    } else if (command === 'stop-commands') stopWord = line.trim().slice('::stop-commands::'.length);
    else commands.push(line);
  }
  if (stopWord !== null) commands.push(`commands stay stopped: ${stopWord}`);
  return commands;
};

const namesIn = (line: string): readonly string[] => {
  const second = /^\s*::(?<name>[^: ]*(?::(?!:)[^: ]*)*)[\s\S]*?::/u.exec(line)?.groups?.name;
  const first = [...line.matchAll(/##\[([^\] ]*)[^\]]*\]/g)].map(([, name = '']) => name);
  return [...(second === undefined ? [] : [second]), ...first];
};

/** What would be a command in a log if its name were known, there or in another CI (Azure, TeamCity). */
export const likeCommands = (output: string): readonly string[] => [
  ...(output.match(/^\s*::(?!stop-commands::hostmaster-)(?!hostmaster-[0-9a-f]{32}::$)\S.*/gmu) ?? []),
  ...(output.match(/##\w*\[.*/g) ?? []),
];

/** Characters that a terminal acts on, that are not seen, or that change how others are seen; the end of a line is none. */
export const activeCharacters = (output: string): readonly string[] =>
  output.match(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}]/gu) ?? [];
