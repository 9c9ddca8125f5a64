// How a zone's serial moves with each PATCH, by its soa_edit_api (PowerDNS 4.7.3). Pure.

export interface SerialScheme {
  readonly soa_edit_api: string;
  readonly soa_edit: string;
}

const moving: ReadonlySet<string> = new Set(['DEFAULT', 'INCREASE', 'SOA-EDIT-INCREASE']);

/** Does every write through the API move the serial? EPOCH stands still within a second; others may never move. */
export const serialMoves = (soaEditApi: string): boolean => moving.has(soaEditApi.toUpperCase());

const dayOf = (serial: number): number => Math.floor(serial / 100);

/**
 * Did somebody else write between the read that saw `before` and the write that made `after`? Null where the scheme
 * cannot tell: the first write of a day under DEFAULT starts at 01 whatever came before.
 */
export const racedBy = (scheme: SerialScheme, before: number, after: number): boolean | null => {
  const kind = scheme.soa_edit_api.toUpperCase();
  if (!serialMoves(kind) || (kind === 'SOA-EDIT-INCREASE' && scheme.soa_edit !== '')) return null;
  if (after === (before + 1) % 2 ** 32) return false;
  return kind === 'DEFAULT' && after % 100 === 1 && dayOf(after) > dayOf(before) ? null : true;
};
