/**
 * The document with the part between its two marker lines replaced.
 * @throws Error when the markers are not there, once each and in order.
 */
export function replaceBetween(document: string, name: string, part: string): string {
  const begin = `<!-- ${name}:begin -->\n`;
  const end = `<!-- ${name}:end -->`;
  const [head, middle, ...more] = document.split(begin);
  const [old, tail, ...again] = (middle ?? '').split(end);
  if (head === undefined || old === undefined || tail === undefined || more.length + again.length) {
    throw new Error(`The document must have the lines "${begin.trim()}" and "${end}" once each.`);
  }
  return `${head}${begin}\n${part.trim()}\n\n${end}${tail}`;
}
