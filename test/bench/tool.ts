import type { Cost } from './measure.ts';

/** How many RRsets a run wanted to change, by the tool's own words. */
export interface Found {
  readonly create: number;
  readonly replace: number;
  readonly delete: number;
}

export interface ToolRun extends Cost {
  readonly found: Found | null;
}

/** One of the two that are compared, pointed at one server and one folder of zone files. */
export interface Tool {
  readonly name: string;
  plan(): Promise<ToolRun>;
  apply(): Promise<ToolRun>;
}

/** Where a tool works: `zones/` inside `folder` is what it reads. */
export interface Site {
  readonly folder: string;
  readonly server: ServerSettings;
}

/** What the configurations of both say of the one server that they write to. */
export interface ServerSettings {
  readonly octodns: Readonly<Record<string, unknown>>;
  readonly hostmaster: Readonly<Record<string, unknown>>;
  /** Where they take secrets from. */
  readonly env: Readonly<Record<string, string>>;
}

/** A first apply of 100,000 RRsets is one long request for octoDNS. */
export const requestTimeout = 600;
