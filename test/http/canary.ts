/** Of nobody, and valid; in the two forms in which it is written. */
export const CPF = '52998224725';
const CPF_SHOWN = '529.982.247-25';
export const SECRET = 'senha-do-canario-7f3e';

/** What must stand nowhere but in the outbox and in Kafka. */
export const CANARIES = [CPF, CPF_SHOWN, SECRET];

export interface Posted {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const DATA = `{"cpf":"${CPF}","senha":"${SECRET}"}`;
const JSON_TYPE = 'application/json';
const V2 = 'application/vnd.kafka.json.v2+json';

/** The canaries as key, value and header, by every route that takes records. */
export function goodPosts(topic: string, cluster: string): readonly Posted[] {
  const whole = `{"key":"${CPF}","data":${DATA},"headers":{"dono":"${CPF_SHOWN}","s":"${SECRET}"}}`;
  const v3 = (id = '') =>
    `{${id}"key":{"type":"STRING","data":"${CPF}"},"value":{"type":"JSON","data":${DATA}}}`;
  const path = `/topics/${topic}`;
  const inCluster = `/v3/clusters/${cluster}/topics/${topic}/records`;
  return [
    { name: 'JSON', path, type: JSON_TYPE, body: whole },
    { name: 'a list', path, type: JSON_TYPE, body: `{"records":[${whole},${whole}]}` },
    {
      name: 'raw',
      path,
      type: 'application/xml',
      body: `<cpf s="${SECRET}">${CPF}</cpf>`,
      headers: { 'record-key': CPF },
    },
    {
      name: 'a transaction',
      path: '/transactions',
      type: JSON_TYPE,
      body: `{"records":[${whole.replace('{', `{"topic":"${topic}",`)}]}`,
    },
    { name: 'v2', path, type: V2, body: `{"records":[{"key":"${CPF}","value":${DATA}}]}` },
    {
      name: 'v2 to a partition',
      path: `${path}/partitions/0`,
      type: V2,
      body: `{"records":[{"key":"${CPF}","value":${DATA}}]}`,
    },
    { name: 'v3', path: inCluster, type: JSON_TYPE, body: v3() },
    {
      name: 'a v3 batch',
      path: `${inCluster}:batch`,
      type: JSON_TYPE,
      body: `{"entries":[${v3('"id":"1",')}]}`,
    },
  ];
}

/** Each good one broken in each of these ways. */
export function badPosts(good: readonly Posted[]): readonly Posted[] {
  const broken = ({ body }: Posted): readonly string[] => [
    body.slice(0, -1),
    body.replace('{', `{"${CPF}":"${SECRET}",`),
    `"${CPF} ${SECRET}"`,
    body + CPF + SECRET,
    `${CPF}${SECRET}`,
    body.replaceAll('"data"', `"${SECRET} x"`),
  ];
  return good.flatMap((one) =>
    broken(one).flatMap((body) => [
      { ...one, body },
      { ...one, body, headers: { 'idempotency-key': `ç${SECRET}` } },
      { ...one, body, path: `${one.path}?cpf=${CPF}&s=${SECRET}` },
    ]),
  );
}

export async function send(url: string, { path, type, body, headers = {} }: Posted) {
  const init = {
    method: 'POST',
    headers: { 'content-type': type, prefer: 'wait=0', ...headers },
    body,
  };
  try {
    const response = await fetch(url + path, init);
    return { status: response.status, text: await textOf(response) };
  } catch (error) {
    // What the client itself cannot send.
    return { status: 0, text: String(error).slice(0, 20) };
  }
}

/** The head and the body, as a client has them. */
export async function textOf(response: Response): Promise<string> {
  return JSON.stringify([...response.headers]) + (await response.text());
}

export function expectNoCanary(text: string, where: string): void {
  for (const canary of CANARIES) {
    const at = text.indexOf(canary);
    const found = at < 0 ? null : text.slice(Math.max(0, at - 80), at + 40);
    expect([where, found]).toEqual([where, null]);
  }
}
