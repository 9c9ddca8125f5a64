/**
 * Has a path a name with a dot in front, `.git/config`, which holds a checkout's token? Kubernetes' `..data`, with two, is
 * none.
 */
export const hasDotName = (path: string): boolean => path.split(/[\\/]/).some((part) => /^\.[^.]/.test(part));

/** Does it lead into the folder that Git keeps its own files in? */
export const isOfGit = (path: string): boolean => path.split(/[\\/]/).some((part) => part.toLowerCase() === '.git');
