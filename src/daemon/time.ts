const form =
  /^[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$/;

/** Milliseconds since 1970 of a time as RFC 3339 section 5.6 writes it; null if it is none. */
export const parseTime = (text: string): number | null => {
  if (!form.test(text)) return null;
  const time = Date.parse(text.toUpperCase().replace(' ', 'T'));
  return Number.isFinite(time) && daysFit(text) ? time : null;
};

/** A month's 31st where it has 30 days would be the 1st of the next to Date.parse. */
const daysFit = (text: string): boolean => {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
};

/** As all that the daemon answers has its times. */
export const writtenTime = (milliseconds: number): string => new Date(milliseconds).toISOString();
