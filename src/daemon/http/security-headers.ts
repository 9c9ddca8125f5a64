import type { FastifyHelmetOptions } from '@fastify/helmet';

const none = ["'none'"];
const own = ["'self'"];

/** What every answer says to browsers. How long a name is to be asked by https alone is for whoever runs https. */
export const securityHeaders: FastifyHelmetOptions = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: none,
      scriptSrc: own,
      styleSrc: own,
      connectSrc: own,
      imgSrc: [...own, 'data:'],
      frameAncestors: none,
      baseUri: none,
      formAction: none,
    },
  },
  frameguard: { action: 'deny' },
  strictTransportSecurity: false,
};
