import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HostmasterError } from '../../src/model/errors.ts';
import type { OnWrite, WriteEnd, WriteToSend } from '../../src/target.ts';
import type { Lab } from './lab.ts';
import { everything, here, labPass, sideOf, startLab, there } from './lab.ts';
import { applyAt, contextOf, targetsOf } from './pass.ts';

// Whoever keeps a note of what is written is told of each write before it is sent, and of its end.

let lab: Lab;
beforeAll(async () => {
  lab = await startLab();
});
afterAll(() => lab?.stop());
beforeEach(() => lab.reset());

interface Note {
  readonly write: WriteToSend;
  /** How many writes the server had been sent when it was told. */
  readonly sentBefore: number;
  end: WriteEnd | null;
}

const noting = () => {
  const notes: Note[] = [];
  const onWrite: OnWrite = async (write) => {
    const note: Note = { write, sentBefore: lab.patches().length, end: null };
    notes.push(note);
    return (end) => {
      note.end = end;
    };
  };
  return { notes, onWrite };
};

const apply = (onWrite: OnWrite) =>
  applyAt(labPass(), targetsOf(lab.target), { store: lab.store }, { ...contextOf(), onWrite });

describe('a write', () => {
  it('is told before it is sent, with what it changes, and its end after it', async () => {
    const { notes, onWrite } = noting();
    await apply(onWrite);
    expect(await everything(lab.pdns)).toEqual(sideOf('after'));
    expect(notes.map(({ write }) => write.zone)).toEqual(lab.patches());
    expect(notes.map(({ sentBefore }) => sentBefore)).toEqual(notes.map((_, i) => i));
    expect(notes.map(({ end }) => end?.status)).toEqual(notes.map(() => 'applied'));
    const [first] = notes;
    expect(first?.write).toMatchObject({
      ...{ zone: there, view: null, target: 'pdns', createsZone: false },
      changes: [{ action: 'create', type: 'PTR', before: null, after: { values: [{ rdata: 'web1.lab.test.' }] } }],
    });
  });

  it('is not sent where it cannot be noted, and the others neither', async () => {
    const results = await apply(async () => {
      throw new HostmasterError('STATE_UNAVAILABLE', 'no room');
    });
    expect(lab.patches()).toEqual([]);
    expect(await everything(lab.pdns)).toEqual(sideOf('before'));
    expect(results.map(({ status }) => status)).not.toContain('applied');
    expect(results.map(({ code }) => code)).toContain('STATE_UNAVAILABLE');
  });

  it('that the server refuses ends so, and what takes its set back is told too', async () => {
    lab.proxy.handle(async ({ method, path, body }) => {
      if (method !== 'PATCH' || !path.endsWith(here) || !(await body()).includes('"2.2.0.192')) return undefined;
      return {
        kind: 'answer',
        status: 422,
        body: JSON.stringify({ error: 'RRset 2.2.0.192.in-addr.arpa. IN PTR: no' }),
      };
    });
    const { notes, onWrite } = noting();
    await apply(onWrite);
    expect(notes.map(({ write }) => write.zone)).toEqual(lab.patches());
    const refused = notes.filter(({ end }) => end?.status === 'refused');
    expect(refused.map(({ write }) => write.zone)).toEqual([here]);
    expect(refused[0]?.end).toMatchObject({ code: 'WRITE_REFUSED', message: expect.stringContaining('PTR: no') });
  });

  it('without an answer is unknown, and applied once it was read back', async () => {
    let isFirst = true;
    lab.proxy.handle(async ({ method }) => {
      if (method !== 'PATCH' || !isFirst) return undefined;
      isFirst = false;
      return { kind: 'drop_answer' };
    });
    const { notes, onWrite } = noting();
    await apply(onWrite);
    expect(notes.map(({ end }) => end?.status)).toEqual(notes.map(() => 'applied'));
    expect(await everything(lab.pdns)).toEqual(sideOf('after'));
  });
});
