/** The sizes that the loader refuses to go over; docs and tests read them here. */
export const sizeLimits = {
  /** Bytes of hostmaster.yaml. */
  configBytes: 1024 * 1024,
  /** Bytes of labels.yaml, and of groups.yaml. */
  rolesFileBytes: 4 * 1024 * 1024,
  /** Bytes of one zone file, and of one file that $INCLUDE names. */
  zoneFileBytes: 64 * 1024 * 1024,
  /** Bytes of a file that holds a secret. */
  secretBytes: 64 * 1024,
  /** Nodes that the aliases of one YAML file may expand to, in total. */
  aliasNodes: 100_000,
  /** How deep $INCLUDE may go. */
  includeDepth: 8,
  /** Files that one master file may include, in total. */
  includes: 1_000,
  /** Records that the $GENERATE lines of one zone may make, in total. */
  generated: 262_144,
} as const;
