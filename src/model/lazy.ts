/** Makes a value when it is first asked for, and once. */
export const lazy = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | null = null;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};

/** Makes something of each value once, however often it is asked for: values are told apart by identity. */
export const onceEach = <K, T>(make: (of: K) => T): ((of: K) => T) => {
  const made = new Map<K, { readonly value: T }>();
  return (of) => {
    const known = made.get(of) ?? { value: make(of) };
    made.set(of, known);
    return known.value;
  };
};
