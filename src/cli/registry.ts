import { factory as embedded } from '../../providers/embedded/index.ts';
import { factory as powerdns } from '../../providers/powerdns/index.ts';
import { factory as rfc2136 } from '../../providers/rfc2136/index.ts';
import { route53 } from '../../providers/route53/index.ts';
import type { Registry } from '../target.ts';

/** Every provider that hostmaster.yaml can name. */
export const registry: Registry = { embedded, powerdns, rfc2136, route53: route53() };
