import { fileSource } from './file.ts';
import { httpSource } from './http.ts';
import { netboxSource } from './netbox/index.ts';
import type { InventorySource } from './source.ts';

/** Every kind of inventory, by its `type` in hostmaster.yaml. A new one is a file beside these, and a row here. */
export const inventorySources: Readonly<Record<string, InventorySource>> = {
  http: httpSource,
  file: fileSource,
  netbox: netboxSource,
};
