/** Text of a file, fit for a message of one line. */
export const quoted = (text: string): string => {
  const line = text.replace(/[^\x20-\x7e\u00a0-\uffff]+/g, ' ');
  return line.length > 80 ? `"${line.slice(0, 77)}…"` : `"${line}"`;
};
