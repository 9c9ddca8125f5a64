// Real servers for tests: ordinary children on free ports of 127.0.0.1, in temp folders that go with them.
export * from './bind.ts';
export * from './certificate.ts';
export { tempFolder } from './child.ts';
export * from './dig.ts';
export * from './dns-proxy.ts';
export * from './knot.ts';
export * from './nsd.ts';
export * from './ports.ts';
export * from './postgres.ts';
export * from './powerdns.ts';
export * from './prober.ts';
export * from './proxy.ts';
export * from './relay.ts';
export * from './secondaries.ts';
