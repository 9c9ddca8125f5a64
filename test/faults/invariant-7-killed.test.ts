import { afterAll, beforeAll, describe } from 'vitest';
import { survivesKills } from './sets-kills.ts';
import { makeSetsScene, type SetsScene } from './sets-scene.ts';

// Invariant 7, with kill -9: an apply that moves servers, brings one and takes one dies at any of its writes.

describe('invariant 7: kill -9 between the writes of an apply', () => {
  let scene: SetsScene;
  beforeAll(async () => {
    scene = await makeSetsScene();
  });
  afterAll(() => scene?.stop());

  survivesKills(() => scene);
});
