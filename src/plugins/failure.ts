import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../model/errors.ts';

/** Why a module does not load, in one line: what was thrown, where in it, and what to do. */
export const whyNotLoaded = (error: unknown, url: string, folder: string): string => {
  const what = oneLine(messageOf(error).replaceAll(`${folder}/`, ''));
  const missing = missingPackage(error);
  if (missing !== null) {
    return `cannot be loaded: it imports ${missing}, which is not installed; run "npm install ${missing}" there`;
  }
  const file = relativePath(fileURLToPath(url), folder);
  if (error instanceof SyntaxError && !/does not provide an export/.test(what)) {
    return `cannot be loaded: ${file} is not JavaScript that Node reads (${what}); "node --check ${file}" shows where`;
  }
  return `cannot be loaded: ${locationIn(error, folder) ?? file}: ${what}; fix it there`;
};

/** The package that an import within the module did not find. */
const missingPackage = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
    ? (/^Cannot find package '([^'/][^']*)' imported from/.exec(error.message)?.[1] ?? null)
    : null;

/** Where it was thrown, `json-file.js:3:5`, as far as that was in a file of the folder. */
export const locationIn = (error: unknown, folder: string): string | null => {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  const frames = stack.matchAll(/^\s+at (?:.* \()?(?:async )?(file:\/\/[^\s)]+?|\/[^\s()]+?):(\d+:\d+)\)?$/gm);
  for (const [, place = '', at] of frames) {
    const file = place.startsWith('file:') ? fileURLToPath(place) : place;
    if (file.startsWith(`${folder}/`)) return `${relativePath(file, folder)}:${at}`;
  }
  return null;
};

const relativePath = (file: string, folder: string): string =>
  file.startsWith(`${folder}/`) ? relative(folder, file) : file;

const oneLine = (text: string): string => (text.split('\n')[0] ?? '').slice(0, 300);
