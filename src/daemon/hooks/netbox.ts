import { asRecord, isMapping } from '../../validation/index.ts';
import type { InventoryHook, NetboxObjectRef } from '../inventory-hook.ts';
import { type ParsedHook, refusedHook } from './inventory.ts';
import { parseJson } from './json.ts';

/**
 * Reads NetBox's own hook, whose signature is right: one object a request. Its data may be old (it sends them before the tags
 * are changed) and deletions get lost, so that it only says which object to read.
 */
export const parseNetboxHook = (body: Buffer): ParsedHook => {
  const parsed = parseJson(body.toString('utf8'));
  if (!parsed.ok) return refusedHook('BAD_REQUEST', parsed.why);
  if (!isMapping(parsed.value)) return refusedHook('BAD_REQUEST', 'The body is no mapping.');
  return { kind: 'hook', hook: meantBy(parsed.value) };
};

const meantBy = (hook: Readonly<Record<string, unknown>>): InventoryHook => {
  if (hook.event !== 'created' && hook.event !== 'updated') return ask('an object was deleted, or nobody knows');
  const data = asRecord(hook.data);
  switch (hook.model) {
    case 'device':
      return objectOrAsk('device', data);
    case 'virtualmachine':
      return objectOrAsk('virtual_machine', data);
    case 'interface':
      return objectOrAsk('device', asRecord(data.device));
    case 'vminterface':
      return objectOrAsk('virtual_machine', asRecord(data.virtual_machine));
    case 'ipaddress':
      return isMoved(asRecord(hook.snapshots)) ? ask('an address was moved') : objectOrAsk('ip_address', data);
    default:
      return ask('an object changed that is no server');
  }
};

const ask = (why: string): InventoryHook => ({ kind: 'ask', why });

const objectOrAsk = (model: NetboxObjectRef['model'], data: Readonly<Record<string, unknown>>): InventoryHook => {
  const { id, name } = data;
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id < 1)
    return ask('it does not say which object it is about');
  const known = model !== 'ip_address' && typeof name === 'string' ? name : null;
  return { kind: 'object', object: { model, id, name: known } };
};

/** Whoever had the address before is to be read as well, and may be in neither snapshot by more than an interface. */
const isMoved = (snapshots: Readonly<Record<string, unknown>>): boolean => {
  if (!isMapping(snapshots.prechange) || !isMapping(snapshots.postchange)) return false;
  const { prechange, postchange } = snapshots;
  return ['assigned_object_type', 'assigned_object_id'].some((key) => prechange[key] !== postchange[key]);
};
