/** Limits of an inventory that sets none of its own. */
export const inventoryLimits = {
  /** Milliseconds for one request, from its first byte to the answer's last. */
  timeout: 10_000,
  /** Reading a whole inventory may take this many times the timeout of one request. */
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
  /** How many problems of single entries are shown. */
  entryProblems: 100,
} as const;
