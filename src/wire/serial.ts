/** Is the serial `a` newer than `b` (RFC 1982 section 3.2)? Where that is undefined, it is not. */
export const isNewer = (a: number, b: number): boolean => {
  const ahead = (a - b) >>> 0;
  return ahead !== 0 && ahead < 0x8000_0000;
};
