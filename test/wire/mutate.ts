import type { Random } from '../model/random.ts';

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
