/** Where a secret is to be found; a literal never gets this far. */
export type SecretRef = { readonly env: string } | { readonly file: string };
