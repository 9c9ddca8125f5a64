import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, tempFolder } from './child.ts';

export interface TestCertificate {
  /** PEM files. */
  readonly key: string;
  readonly certificate: string;
  /** The certificate itself; it is its own authority. */
  readonly pem: string;
  /** The SHA-256 of its public key, in base64. */
  readonly pin: string;
}

/** A certificate for `name` and for 127.0.0.1, made by openssl. */
export const makeCertificate = async (name: string): Promise<TestCertificate> => {
  const folder = tempFolder('certificate');
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const names = `subjectAltName=DNS:${name},IP:127.0.0.1`;
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', `/CN=${name}`];
  await run(['openssl', 'req', '-x509', ...made, '-addext', names, '-keyout', key, '-out', certificate]);
  const pem = readFileSync(certificate, 'utf8');
  const spki = new X509Certificate(pem).publicKey.export({ type: 'spki', format: 'der' });
  return { key, certificate, pem, pin: createHash('sha256').update(spki).digest('base64') };
};
