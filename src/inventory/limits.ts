/** The limits that hold where the definition names none; docs and tests read them here. */
export const limits = {
  /** Milliseconds for one request, from its first byte to the answer's last. */
  timeout: 10_000,
  /** One inventory may take so many times the time of one request. */
  timeouts: 30,
  servers: 100_000,
  /** Bytes of one inventory's whole answer. */
  bytes: 64 * 1024 * 1024,
  pages: 10_000,
  redirects: 5,
  /** Objects that one page of NetBox is asked for; NetBox's own limit is mostly 1,000. */
  pageSize: 500,
  /** Bytes of the addresses, devices and machines of one NetBox. */
  netboxBytes: 512 * 1024 * 1024,
  /** Problems of single entries that are shown one by one. */
  entryProblems: 100,
} as const;
