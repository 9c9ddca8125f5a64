export type ParsedJson = { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly why: string };

/** JSON from outside. `why` has nothing of it. */
export const parseJson = (text: string): ParsedJson => {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, why: text.trim() === '' ? 'The body is empty.' : 'The body is no JSON.' };
  }
};
