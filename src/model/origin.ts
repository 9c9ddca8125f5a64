/** A place in the repository. `file` is relative to the folder of hostmaster.yaml; `line` and `column` count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A record of a zone file. */
export interface FileOrigin extends SourceLocation {
  readonly kind: 'zone_file';
}

/**
 * What a server of an inventory contributes, by the rule at the place: registration (hostmaster.yaml), or a record or a
 * claim of a label or a group, which is named.
 */
export interface InventoryOrigin extends SourceLocation {
  readonly kind: 'registration' | 'record' | 'claim';
  readonly inventory: string;
  readonly server: string;
  readonly label?: string;
  readonly group?: string;
}

/** Where an RRset or one of its values comes from. */
export type Origin = FileOrigin | InventoryOrigin;
