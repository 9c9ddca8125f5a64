/** A generator of numbers below `limit` that gives the same ones for the same seed (mulberry32). */
export type Random = (limit: number) => number;

export const randomFrom = (seed: number): Random => {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
};

/** The octets with some of them changed, cut off, doubled or added. */
export const mutate = (bytes: Uint8Array, random: Random): Buffer => {
  let mutated = Buffer.from(bytes);
  for (let times = 1 + random(6); times > 0; times -= 1) {
    const at = random(mutated.length + 1);
    const kind = random(6);
    if (kind === 0) mutated = mutated.subarray(0, at);
    else if (kind === 1)
      mutated = Buffer.concat([mutated.subarray(0, at), Buffer.from([random(256)]), mutated.subarray(at)]);
    else if (kind === 2) mutated = Buffer.concat([mutated, mutated.subarray(at)]);
    else if (at < mutated.length) mutated[at] = kind === 3 ? 0xc0 : random(256);
  }
  return mutated;
};
