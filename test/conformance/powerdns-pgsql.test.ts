import { powerDnsSubject } from './powerdns.ts';
import { conformance } from './runner.ts';

conformance('PowerDNS with PostgreSQL', () => powerDnsSubject('pgsql'));
