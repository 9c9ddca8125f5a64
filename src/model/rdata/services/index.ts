import type { RRType } from '../field.ts';
import { powerDnsTypes } from './powerdns.ts';
import { route53Types } from './route53.ts';

// The types of single services: a file each, with the rows, the traits, and the kinds of fields that no other type has.
// A service's type that has a number in DNS has it in `../mnemonics.ts`.

export const allServiceTypes: readonly RRType[] = [...powerDnsTypes, ...route53Types];
