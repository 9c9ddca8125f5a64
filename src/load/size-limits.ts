/** The sizes that the loader refuses to go over; docs and tests read them here. */
export const sizeLimits = {
  /** Bytes of hostmaster.yaml. */
  configBytes: 1024 * 1024,
  /** Lists and mappings of these three files in each other. */
  configDepth: 100,
  /** Bytes of labels.yaml, and of groups.yaml. */
  rolesFileBytes: 4 * 1024 * 1024,
  /** Bytes of one zone file, and of one file that $INCLUDE names. */
  zoneFileBytes: 64 * 1024 * 1024,
  /** Characters of all files of one zone together, those of $INCLUDE each time that they are included. */
  zoneCharacters: 64 * 1024 * 1024,
  /** Records of one zone, whatever files they are in. */
  zoneRecords: 1_000_000,
  /** Characters of YAML that are parsed at once: those of one name, where the file can be read name by name. */
  yamlPiece: 5 * 1024 * 1024,
  /** Words of one record of a master file. */
  entryWords: 100_000,
  /** Characters of one record of a master file, space and comments not counted. */
  entryCharacters: 1024 * 1024,
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
