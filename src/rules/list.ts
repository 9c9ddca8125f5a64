import * as apex from './checks/apex.ts';
import * as coexistence from './checks/coexistence.ts';
import * as exemptions from './checks/exemptions.ts';
import { ignoredButWanted } from './checks/ignored.ts';
import * as loops from './checks/loops.ts';
import * as occlusion from './checks/occlusion.ts';
import { privateAddress } from './checks/private-address.ts';
import { repeatedZone } from './checks/repeated-zone.ts';
import * as security from './checks/security.ts';
import * as service from './checks/service.ts';
import * as spf from './checks/spf.ts';
import * as targets from './checks/targets.ts';
import * as ttl from './checks/ttl.ts';
import * as values from './checks/values.ts';
import type { Rule } from './rule.ts';

/** Every rule that looks at composed zones. What a zone breaks first is the reason that its RRset is quarantined for. */
export const rules: readonly Rule[] = [
  ignoredButWanted,
  coexistence.cnameCoexistence,
  coexistence.dnameCoexistence,
  coexistence.aliasCoexistence,
  values.oneValue,
  apex.apexCname,
  apex.apexOnly,
  apex.dsAtApex,
  occlusion.nsWildcard,
  occlusion.subzone,
  occlusion.belowDelegation,
  occlusion.belowDname,
  loops.cnameLoop,
  loops.dnameLoop,
  targets.targetAddress,
  targets.targetCname,
  targets.missingGlue,
  ttl.ttlRange,
  values.duplicateValue,
  values.rrsetSize,
  service.nullMx,
  service.svcbAlias,
  spf.spfMultiple,
  spf.spfLookups,
  security.caaValue,
  security.dsValue,
  security.tlsaValue,
  security.sshfpValue,
  targets.danglingTarget,
  repeatedZone,
  privateAddress,
  values.singleNs,
  ttl.ttlHigh,
  apex.apexNsUndeclared,
  exemptions.exemptUnknownRule,
  exemptions.exemptUnused,
];
