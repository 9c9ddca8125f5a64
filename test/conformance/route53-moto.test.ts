import { motoSubject } from './route53.ts';
import { conformance } from './runner.ts';

conformance("Route 53, as moto's server has it", motoSubject);
