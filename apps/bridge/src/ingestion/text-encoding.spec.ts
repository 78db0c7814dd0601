import { decodeText } from './text-encoding.js';

const JSON_TYPE = 'application/json';
const latin = (text: string): Buffer => Buffer.from(text, 'latin1');
const utf8 = Buffer.from('{"nome":"AÇÃO"}');

test('leaves UTF-8 as it is, the same bytes', () => {
  expect(decodeText(utf8, JSON_TYPE, 'windows-1252')).toEqual({ bytes: utf8, transcoded: false });
  expect(decodeText(utf8, `${JSON_TYPE}; charset="UTF-8"`, 'reject').bytes).toBe(utf8);
});

test.each([JSON_TYPE, `${JSON_TYPE};charset=utf-8`, undefined])(
  'takes what is not UTF-8 for windows-1252 under %p',
  (type) => {
    const { bytes, transcoded } = decodeText(latin('{"nome":"AÇÃO"}'), type, 'windows-1252');
    expect(bytes).toEqual(utf8);
    expect(transcoded).toBe(true);
  },
);

test('knows the letters that windows-1252 has and ISO-8859-1 has not', () => {
  const { bytes } = decodeText(Buffer.from([0x80, 0x93, 0x94]), JSON_TYPE, 'windows-1252');
  expect(bytes.toString('utf8')).toBe('€“”');
});

test('converts a declared charset even where the bytes would pass for UTF-8', () => {
  const { bytes, transcoded } = decodeText(
    Buffer.from([0xc3, 0x87]),
    `${JSON_TYPE}; charset=ISO-8859-1`,
    'reject',
  );
  expect(bytes.toString('utf8')).toBe('Ã‡');
  expect(transcoded).toBe(true);
});

test('says nothing of a conversion that changes nothing', () => {
  const ascii = Buffer.from('{"data":1}');
  expect(decodeText(ascii, `${JSON_TYPE}; charset=windows-1252`, 'reject')).toEqual({
    bytes: ascii,
    transcoded: false,
  });
});

test('refuses what it is told to, and charsets that it does not know', () => {
  expect(() => decodeText(latin('Ç'), JSON_TYPE, 'reject')).toThrow('invalid_utf8');
  for (const charset of ['utf-16', 'cp850', 'x']) {
    expect(() => decodeText(utf8, `${JSON_TYPE}; charset=${charset}`, 'windows-1252')).toThrow(
      'unsupported_charset',
    );
  }
});
