/** `name=value,other=value`, percent-encoded where a value has a comma; null when it is not such. */
export function parseHeaders(text: string): Readonly<Record<string, string>> | null {
  const headers: Record<string, string> = {};
  for (const pair of text.split(',').filter((one) => one.trim() !== '')) {
    const [, name, value = ''] = /^\s*([!#$%&'*+.^_`|~0-9a-zA-Z-]+)\s*=(.*)$/.exec(pair) ?? [];
    const decoded = decodedValue(value.trim());
    if (name === undefined || decoded === null) return null;
    headers[name.toLowerCase()] = decoded;
  }
  return headers;
}

function decodedValue(value: string): string | null {
  try {
    const text = decodeURIComponent(value);
    return /^[\t -~]*$/.test(text) ? text : null;
  } catch {
    return null;
  }
}

/** Whether traces can be sent there; an empty text is nowhere. */
export function isCollector(text: string): boolean {
  if (text === '') return true;
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && username + password + search + hash === '';
}
