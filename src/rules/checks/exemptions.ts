import { didYouMean } from '../../model/suggest.ts';
import type { ExemptionRule } from '../rule.ts';

// The entries of `exempt` in hostmaster.yaml.

export const exemptUnknownRule: ExemptionRule = {
  id: 'exempt-unknown-rule',
  severity: 'warning',
  summary: '`exempt` names a rule that does not exist, or that it does not reach.',
  octodns: 'not applicable',
  namedCheckzone: 'not applicable',
  why: 'A misspelt exemption exempts nothing.',
  scope: 'exemption',
  exemptable: false,
  check: ({ rule }, { exemptable, others }) => {
    if (exemptable.has(rule)) return null;
    if (others.has(rule)) return `"exempt" cannot silence ${rule}; docs/rules.md says which rules it can`;
    const hint = didYouMean(rule, exemptable);
    return `unknown rule "${rule}" in "exempt"${hint === '' ? '; docs/rules.md lists the rules' : hint}`;
  },
};

export const exemptUnused: ExemptionRule = {
  id: 'exempt-unused',
  severity: 'warning',
  summary: 'An exemption has no effect.',
  octodns: 'not applicable',
  namedCheckzone: 'not applicable',
  why: 'Left in place, it would hide the next problem.',
  scope: 'exemption',
  exemptable: false,
  check: ({ rule, name }, { exemptable, isUsed }) =>
    isUsed || !exemptable.has(rule) ? null : `"exempt" for rule "${rule}" at "${name}" has no effect; remove it`,
};
