import { factory as embedded } from '../../providers/embedded/index.ts';
import { factory as powerdns } from '../../providers/powerdns/index.ts';
import { factory as rfc2136 } from '../../providers/rfc2136/index.ts';
import { route53 } from '../../providers/route53/index.ts';
import { withGuard } from '../plugins/factory.ts';
import type { ProviderFactory } from '../provider.ts';
import type { Registry } from '../target.ts';

const factories: readonly ProviderFactory[] = [embedded, powerdns, rfc2136, route53()];

/** Every provider that hostmaster.yaml can name. */
export const registry: Registry = Object.fromEntries(factories.map((factory) => [factory.name, withGuard(factory)]));
