// Where Hostmaster remembers: sql.ts says what a database must do, and store.ts what is kept in it.
export { identifiedStore, type StoredNames } from './identified.ts';
export { makeFolder } from './sqlite/file.ts';
export { lockState, type StateLock } from './sqlite/lock.ts';
export { type OpenedStore, openStore, readStore } from './sqlite/open.ts';
export { emptyStore } from './store.ts';
