import { isNode, type Node, type Source } from './source.ts';

// The words that exported names may not use, each with the one that the field has (RFC 9499, GitOps, .github/CONTRIBUTING.md).

export const forbidden: Readonly<Record<string, string>> = {
  actual: 'existing',
  ahead: 'prefetch (of reads), before apply (of memory)',
  aside: 'withheld; a file of ours is moved away',
  backend: 'provider',
  batch: 'changeset',
  book: 'index, ruleset, directory, cache: what it holds',
  bundle: 'set group',
  clash: 'conflict',
  correction: 'change',
  cycle: 'pass',
  domain: 'zone',
  fqdn: 'name',
  hidden: 'occluded',
  hider: 'occluded by',
  hides: 'occludes',
  hiding: 'occluding',
  held: 'of a commit alone; else retained (a value), withheld (a change), lease (of a zone)',
  hold: 'retain, withhold, lease',
  host: 'server (of an inventory), name server',
  job: 'pass, plan',
  modification: 'change',
  naked: 'apex',
  owed: 'pending',
  owner: 'name (of an RRset)',
  patience: 'what is waited for, and how long',
  place: 'source location (in a file), zone target, position',
  rim: 'run context',
  rtype: 'type',
  runner: 'changeset run',
  settle: 'last sync',
  settled: 'last sync, conclusive',
  silence: 'circuit breaker',
  stay: 'retain',
  staying: 'retained',
  taken: 'name conflict',
  trouble: 'failure',
};

/** Exported names that use one all the same, with the reason. */
export const allowed: Readonly<Record<string, string>> = {
  batchOf: "AWS's own word: a change batch of Route 53",
  HeldCommit: 'held is said of a commit alone',
  HeldReason: 'held is said of a commit alone',
  heldFor: 'held is said of a commit alone',
  setAside: 'what is withheld while it is written, so that the rest of its zone goes on',
};

/** Names that several files export for different things, with the reason. */
export const sharedNames: Readonly<Record<string, string>> = {
  plan: 'the step of a pass, and what the library calls the whole of it',
  validate: 'the pass, and what the library calls it',
};

/** `LastSync` has the words last and sync. */
export const wordsIn = (name: string): readonly string[] =>
  (name.match(/[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+/g) ?? []).map((word) => word.toLowerCase());

/** What a file defines and exports; what it only passes on is another's. */
export const exportedNames = ({ body }: Pick<Source, 'body'>): readonly string[] =>
  body.flatMap((node) =>
    node.type === 'ExportNamedDeclaration' && isNode(node.declaration) ? namesOf(node.declaration) : [],
  );

const namesOf = (declaration: Node): readonly string[] => {
  const { declarations, id } = declaration;
  const identifiers = Array.isArray(declarations) ? declarations.map((each: Node) => each.id) : [id];
  return identifiers.flatMap((each) => (isNode(each) && typeof each.name === 'string' ? [each.name] : []));
};

/** The forbidden words that a file's exported names use, each with what to say. */
export const usesForbiddenWords = (source: Pick<Source, 'body'>): readonly string[] =>
  exportedNames(source)
    .filter((name) => !Object.hasOwn(allowed, name))
    .flatMap((name) =>
      wordsIn(name)
        .filter((word) => Object.hasOwn(forbidden, word))
        .map((word) => `${name}: say ${forbidden[word]}`),
    );
