const unitOf: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** What a duration looks like in JSON Schema. */
export const durationPattern = '^[0-9]{1,9}(?:ms|s|m|h)$';

/** Milliseconds of `500ms`, `30s`, `10m` or `1h`; null if it is none. */
export const parseDuration = (text: string): number | null => {
  const [, count, unit] = /^([0-9]{1,9})(ms|s|m|h)$/.exec(text) ?? [];
  return count === undefined ? null : Number(count) * (unitOf[unit ?? ''] ?? 1);
};
