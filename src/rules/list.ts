import * as coexistence from './checks/coexistence.ts';
import * as keys from './checks/keys.ts';
import * as loop from './checks/loop.ts';
import * as place from './checks/place.ts';
import * as service from './checks/service.ts';
import * as size from './checks/size.ts';
import * as spf from './checks/spf.ts';
import * as targets from './checks/targets.ts';
import * as zone from './checks/zone.ts';
import type { Rule } from './rule.ts';

/** Every rule that looks at composed zones. What a zone breaks first is the reason that its RRset is quarantined for. */
export const rules: readonly Rule[] = [
  zone.ignoredButWanted,
  coexistence.cnameCoexistence,
  coexistence.dnameCoexistence,
  coexistence.aliasCoexistence,
  coexistence.oneValue,
  place.apexCname,
  place.apexOnly,
  place.dsAtApex,
  place.nsWildcard,
  place.subzone,
  place.belowDelegation,
  place.belowDname,
  loop.cnameLoop,
  loop.dnameLoop,
  targets.targetAddress,
  targets.targetCname,
  targets.missingGlue,
  size.ttlRange,
  size.duplicateValue,
  size.rrsetSize,
  service.nullMx,
  service.svcbAlias,
  spf.spfMultiple,
  spf.spfLookups,
  keys.caaValue,
  keys.dsValue,
  keys.tlsaValue,
  keys.sshfpValue,
  targets.danglingTarget,
  place.repeatedZone,
  service.privateAddress,
  service.singleNs,
  size.ttlHigh,
  zone.apexNsUndeclared,
];
