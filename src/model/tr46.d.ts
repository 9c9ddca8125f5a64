declare module 'tr46' {
  export interface Options {
    readonly checkHyphens?: boolean;
    readonly checkBidi?: boolean;
    readonly checkJoiners?: boolean;
    readonly useSTD3ASCIIRules?: boolean;
    readonly verifyDNSLength?: boolean;
  }
  export const toASCII: (domain: string, options?: Options) => string | null;
  export const toUnicode: (domain: string, options?: Options) => { domain: string; error: boolean };
}
