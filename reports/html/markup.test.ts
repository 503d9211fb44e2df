// SPDX-License-Identifier: MIT
import fc from 'fast-check';
import { parseHTML } from 'linkedom';
import { describe, expect, it } from 'vitest';
import { anchor, html, trusted } from './markup.ts';

describe('a template', () => {
  it('makes text of what is put into it, wherever that is', () => {
    const name = `<script>alert('1')</script>"&`;
    const { text } = html`<p title="${name}">${[name, 1, null, html`<b>${name}</b>`]}</p>`;
    expect(text).not.toContain('<script>');
    const { document } = parseHTML(`<!doctype html><body>${text}</body>`);
    expect(document.querySelector('p')?.getAttribute('title')).toBe(name);
    expect(document.querySelector('p')?.textContent).toBe(`${name}1${name}`);
  });

  it('has no character that ends an attribute or starts a tag, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 50 }), (text) => {
        expect(html`${text}`.text).not.toMatch(/[<>"']|\p{Cc}|\p{Cf}|\p{Cs}/u);
      }),
      { seed: 200807 },
    );
  });

  it('shows what would turn a line round', () => {
    expect(html`${'a\u202eb'}`.text).toBe('a\\u{202e}b');
  });

  it('leaves what is HTML already', () => {
    expect(html`${trusted('<i>')}`.text).toBe('<i>');
  });
});

describe('an anchor', () => {
  it('is a word, and another for another name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (one, other) => {
        expect(anchor(one)).toMatch(/^[\w.-]*$/);
        expect(anchor(one) === anchor(other)).toBe(one === other);
      }),
      { seed: 200807 },
    );
    expect(anchor('with_id')).toBe('with_id');
    expect(anchor('a b')).not.toBe(anchor('a.20.b'));
  });
});
