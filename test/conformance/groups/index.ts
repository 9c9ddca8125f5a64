import type { Group } from '../suite.ts';
import { addressGroups } from './addresses.ts';
import { aliasGroups } from './aliases.ts';
import { formGroups } from './forms.ts';
import { mailGroups } from './mail.ts';
import { nameGroups } from './names.ts';
import { otherGroups } from './others.ts';
import { securityGroups } from './security.ts';
import { serviceGroups } from './services.ts';
import { textGroups } from './texts.ts';
import { zoneGroups } from './zones.ts';

/** Every group, in the order in which they run. */
export const groups: readonly Group[] = [
  ...addressGroups,
  ...nameGroups,
  ...aliasGroups,
  ...mailGroups,
  ...textGroups,
  ...serviceGroups,
  ...securityGroups,
  ...otherGroups,
  ...zoneGroups,
  ...formGroups,
];
