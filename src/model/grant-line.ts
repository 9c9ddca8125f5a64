import type { Grant } from './roles.ts';

// What a missing grant is called, and the line of `grants:` that would be it: load and compose say the same.

/** `no grant allows label "web" to claim www.example.com. A`. */
export const notGranted = (to: Grant['to'], role: string, verb: 'claim' | 'write', what: string): string =>
  `no grant allows ${to} ${JSON.stringify(role)} to ${verb} ${what}`;

/** `add to grants: - { label: web, names: ["www.example.com"], types: [A] }`; `names` is a glob without the final dot. */
export const grantHint = (to: Grant['to'], role: string, names: string, type: string): string =>
  `add to grants: - { ${to}: ${plain(role)}, names: [${JSON.stringify(names)}], types: [${type}] }`;

const plain = (text: string): string => (/^[a-zA-Z][a-zA-Z0-9_-]*$/.test(text) ? text : JSON.stringify(text));

/** A literal name as a pattern that matches it alone. */
export const exactPattern = (name: string): string => (name.startsWith('*.') ? `\\${name}` : name).slice(0, -1);
