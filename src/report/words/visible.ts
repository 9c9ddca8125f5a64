/** Text that came from elsewhere, fit for a terminal and for one line: control characters show as \xNN. */
export const visible = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u2028\u2029]/gu, (c) => `\\x${(c.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`);
