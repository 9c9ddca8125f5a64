import type { Server } from '../model/server.ts';

/** What an inventory's hook said, signature and form checked. */
export type InventoryHook =
  /** These servers are so now. */
  | {
      readonly kind: 'servers';
      /** When that was so, within 5 min of our clock; milliseconds since 1970. */
      readonly at: number;
      /** Never decommissioned: those are in `distrusted`. Their inventory is the hook's, each name once. */
      readonly servers: readonly Server[];
      /** Names of which nothing is believed: the inventory is asked at once where there are any. */
      readonly distrusted: readonly string[];
      /** Entries that cannot be used, each with why. */
      readonly invalid: readonly InvalidEntry[];
    }
  /** This object of NetBox changed: it, or the device or machine that has the address, is read again. */
  | { readonly kind: 'object'; readonly object: NetboxObjectRef }
  /** Something changed: the whole inventory is asked at once. `why` is for people. */
  | { readonly kind: 'ask'; readonly why: string };

/** `name` is null where the entry does not say which server it is about. */
export interface InvalidEntry {
  readonly name: string | null;
  readonly reason: string;
}

export interface NetboxObjectRef {
  readonly model: 'device' | 'virtual_machine' | 'ip_address';
  readonly id: number;
  /** Of a device or a machine as the hook has it, which may be old; else null. */
  readonly name: string | null;
}

/** `full`: too many servers wait already. */
export type HookAnswer =
  | {
      readonly kind: 'accepted';
      readonly accepted: number;
      /** null: nobody waited. */
      readonly servers: readonly HookedServer[] | null;
    }
  | { readonly kind: 'full'; readonly retryAfterSeconds: number };

export const hookedStatuses = ['verified', 'applied', 'withheld', 'ignored', 'failed'] as const;

export interface HookedServer {
  readonly name: string;
  readonly status: (typeof hookedStatuses)[number];
  readonly message: string | null;
}
