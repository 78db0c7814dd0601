import { faultOfRequest } from './routes.js';

/** Options that take a value, as they are used in the pages; the others are single letters that take none. */
const WITH_VALUE = new Set(['-H', '-d', '-X', '-u', '-m', '--data-binary']);
const FLAGS = /^-[sSif]+$/;
/** How the bridge is called in the pages. */
const BRIDGE = /^http:\/\/(?:localhost|127\.0\.0\.1):8081(?=\/)/;

interface Call {
  readonly method: string;
  readonly url: string;
  readonly body: string | null;
}

/** @throws Error that says which option is not known. */
function readCall(words: readonly string[]): Call {
  const given = new Map<string, string>();
  const urls: string[] = [];
  const rest = words.slice(1);
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? '';
    if (WITH_VALUE.has(word)) given.set(word, rest[++at] ?? '');
    else if (!word.startsWith('-')) urls.push(word);
    else if (!FLAGS.test(word)) throw new Error(`curl is not known to have ${word}`);
  }
  const [url = '', ...more] = urls.filter((word) => word !== '…');
  if (more.length > 0) throw new Error(`curl is given more than one URL: ${more.join(' ')}`);
  const body = given.get('-d') ?? null;
  const posts = body !== null || given.has('--data-binary');
  return { method: given.get('-X') ?? (posts ? 'POST' : 'GET'), url, body };
}

/** What is wrong with a call of the bridge by curl, or null. */
export function faultOfCurl(words: readonly string[]): string | null {
  try {
    const { method, url, body } = readCall(words);
    if (!BRIDGE.test(url)) return `${url} is not the bridge`;
    if (body !== null && !isJson(body)) return `the body is not JSON: ${body}`;
    return faultOfRequest(method, url.replace(BRIDGE, ''));
  } catch (error) {
    return (error as Error).message;
  }
}

/** One value, or one on each line, as in a stream of the REST Proxy. */
function isJson(text: string): boolean {
  return parses(text) || text.trim().split('\n').every(parses);
}

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
