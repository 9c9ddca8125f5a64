import { randomBytes } from 'node:crypto';

/** `20261130-083642-9f1c`: when it was asked for, and something that no other has. */
export const newPassId = (): string => {
  const [day = '', time = ''] = new Date().toISOString().split('T');
  return `${day.replaceAll('-', '')}-${time.slice(0, 8).replaceAll(':', '')}-${randomBytes(2).toString('hex')}`;
};
