// SPDX-License-Identifier: MIT
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as protocol from './protocol.ts';

describe('the protocol', () => {
  const header = readFileSync(new URL('../agent/protocol.h', import.meta.url), 'utf8');
  const defined = (name: string): number => {
    const text = new RegExp(`^#define ${name}\\t+([^/\\n]+)`, 'm').exec(header)?.[1]?.trim() ?? '';
    const shift = /^\((\d+) << (\d+)\)$/.exec(text);
    return shift === null ? Number(text) : Number(shift[1]) << Number(shift[2]);
  };

  it.each(Object.entries(protocol).filter(([, value]) => typeof value === 'number'))(
    'has the same %s at both ends',
    (name, value) => {
      expect(value).toBe(defined(name));
    },
  );

  it('reads what its header describes', () => {
    const event = Buffer.alloc(16 + 2);
    event.writeUInt32LE(3, 0);
    event.writeUInt16LE(2, 6);
    event.writeBigInt64LE(-17n, 8);
    event.write('ok', 16);
    const frame = Buffer.concat([
      Buffer.from([1, 0, 0, 0]),
      event,
      Buffer.from([1, 0, 0, 0]),
      Buffer.from([7, 0, 2, 0]),
      Buffer.from('hi'),
    ]);
    expect(protocol.decodeReply(frame)).toEqual({
      events: [{ step: 3, kind: 'done', result: -17n, bytes: Buffer.from('ok') }],
      tasks: [{ task: 7, status: 'hi' }],
    });
    for (let size = 0; size < frame.length; size++) {
      expect(() => protocol.decodeReply(frame.subarray(0, size))).toThrow(protocol.ProtocolError);
    }
    const longer = Buffer.concat([frame, Buffer.from([0])]);
    expect(() => protocol.decodeReply(longer)).toThrow('goes on after its end');
  });

  it('answers garbage with its own error and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const decode of [protocol.decodeHello, protocol.decodeReply]) {
          try {
            decode(Buffer.from(bytes));
          } catch (error) {
            expect(error).toBeInstanceOf(protocol.ProtocolError);
          }
        }
      }),
      { seed: 5, numRuns: 2000 },
    );
  });
});
