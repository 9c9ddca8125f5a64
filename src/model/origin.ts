/**
 * Where an RRset or one of its values comes from. `file` is relative to the folder of hostmaster.yaml;
 * `line` and `column` count from 1.
 */
export interface FileOrigin {
  readonly kind: 'zone_file';
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export type Origin = FileOrigin;
