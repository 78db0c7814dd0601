/** What docs/install.md says is typed on a new server: three commands to a delivered record, and some to look at it. */
export interface Typed {
  readonly command: string;
  /** What it answers is cut to so many lines. */
  readonly lines?: number;
}

export const TOPIC = 'protheus-notas-fiscais';
const RECORD = `{"key":"99-01-001/000000001","message_id":"nf-1","data":{"documento":"000000001","valor":1500.00}}`;

/** The brokers' ports; `kafka.example` is this machine for as long as the script runs. */
export const KAFKA_PORTS = [9092, 9093, 9094];
export const KAFKA_HOST = 'kafka.example';

/** @param release the name of the archive without its ending. */
export function typed(release: string): readonly Typed[] {
  const kafka = KAFKA_PORTS.map((port) => `${KAFKA_HOST}:${port}`).join(',');
  return [
    { command: `tar -xzf ${release}.tar.gz` },
    { command: `${release}/deploy/systemd/install.sh --kafka ${kafka}` },
    {
      command: `curl -s http://127.0.0.1:8081/topics/${TOPIC} -H 'Content-Type: application/json' -d '${RECORD}'`,
    },
  ];
}

/** To see where the record is, and that the service is well. */
export function seen(): readonly Typed[] {
  return [
    { command: 'curl -s http://127.0.0.1:8081/messages/nf-1' },
    { command: 'ponte outbox check' },
    { command: 'systemctl status --no-pager --lines=0 ponte', lines: 8 },
    { command: 'journalctl --unit=ponte --no-pager --output=cat --lines=2' },
  ];
}

const PROMPT = '# ';

/** As it stood on the screen. */
export function shown({ command, lines = Infinity }: Typed, output: string): string {
  const all = output.trimEnd().split('\n');
  return [PROMPT + command, ...all.slice(0, lines)].join('\n').trimEnd();
}

const begin = (name: string): string => `<!-- ${name}: npm run docs:install -->\n`;
const END = '<!-- end -->';

/** The document with a block between its marks made anew. @throws Error when it has no such marks. */
export function withBlock(document: string, name: string, text: string): string {
  const [before, after] = around(document, name);
  return `${before}${begin(name)}\`\`\`\n${text}\n\`\`\`\n${END}${after}`;
}

/** The commands that a block of the document shows. */
export function commandsIn(document: string, name: string): readonly string[] {
  const [before, after] = around(document, name);
  return document
    .slice(before.length, document.length - after.length)
    .split('\n')
    .filter((line) => line.startsWith(PROMPT))
    .map((line) => line.slice(PROMPT.length));
}

function around(document: string, name: string): readonly [string, string] {
  const from = document.indexOf(begin(name));
  const to = document.indexOf(END, from);
  if (from < 0 || to < 0) throw new Error(`The document has no block ${name}`);
  return [document.slice(0, from), document.slice(to + END.length)];
}
