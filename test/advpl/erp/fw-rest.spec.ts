import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toErpText, type RestRelease } from './index.js';
import { erpWith } from './snippet.js';

const SOURCE = `
User Function Post(cUrl, xTimeOut, lCheck, cBody)
  Local oRest := FWRest():New(cUrl)
  Local lOk := .F.
  oRest:nTimeOut := xTimeOut
  oRest:SetPath("/topics/nf")
  oRest:SetPostParams(cBody)
  If MethIsMemberOf(oRest, "SetChkStatus")
    oRest:SetChkStatus(lCheck)
  EndIf
  lOk := oRest:Post({"Content-Type: application/json", "Idempotency-Key: x:y"})
Return {lOk, IIf(MethIsMemberOf(oRest, "GetHTTPCode"), oRest:GetHTTPCode(), "?"), oRest:GetResult(), oRest:GetLastError()}

User Function InTx(cUrl)
  Begin Transaction
    U_Post(cUrl, 5, .T., "")
  End Transaction
Return

User Function Newer(cUrl)
  FWRest():New(cUrl):SetTimeOut(5)
Return
`;

describe('FWRest', () => {
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  let body: Buffer;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      body = Buffer.concat(chunks);
      answer(request, response);
    });
  });
  const url = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const status = (code: number, text: string) => {
    answer = (_, response) => response.writeHead(code).end(text);
  };
  const erpOf = (release: RestRelease = '12.1.2310') => erpWith(SOURCE, { release });
  const post = (timeout: number | string = 5, check = true, text = '', erp = erpOf()) =>
    erp.user().run('U_POST', url(), timeout, check, text);

  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each([200, 201])('takes %d as success, and gives the status as text', async (code) => {
    status(code, '{}');
    expect(await post()).toEqual([true, String(code), '{}', '']);
  });

  it.each([202, 204, 422, 500])('does not take %d as success, nor show its body', async (code) => {
    status(code, '');
    expect(await post()).toEqual([
      false,
      String(code),
      null,
      expect.stringMatching(code.toString()),
    ]);
  });

  it('shows any answer when it is told not to check the status', async () => {
    status(422, '{"code":"x"}');
    expect(await post(5, false)).toEqual([true, '422', '{"code":"x"}', '']);
  });

  it('has no status without an answer', async () => {
    answer = (request) => request.socket.destroy();
    expect(await post()).toEqual([false, null, null, expect.stringMatching(/./)]);
  });

  it('waits nTimeOut seconds', async () => {
    answer = () => {};
    expect(await post(0.05)).toEqual([false, null, null, expect.stringMatching(/abort/)]);
  });

  it('sends headers and bytes as they are', async () => {
    let headers: IncomingMessage['headers'] = {};
    answer = (request, response) => {
      ({ headers } = request);
      response.end(Buffer.from('ç', 'utf8'));
    };
    expect(await post(5, true, toErpText('AÇÃO €'))).toEqual([true, '200', '\u00c3\u00a7', '']);
    expect(headers).toMatchObject({ 'idempotency-key': 'x:y', 'content-length': '6' });
    expect(body.toString('hex')).toBe('41c7c34f2080');
  });

  it('ends the thread when nTimeOut is no number', async () => {
    status(200, '');
    await expect(post('15')).rejects.toThrow(/nTimeOut of FWRest is no number/);
  });

  it('is refused in a transaction', async () => {
    await expect(erpOf().user().run('U_INTX', url())).rejects.toThrow(/HTTP in a transaction/);
  });

  it('has the methods of its release', async () => {
    status(201, '');
    expect(await post(5, true, '', erpOf('12.1.23'))).toEqual([true, '?', '', '']);
    await expect(erpOf().user().run('U_NEWER', url())).rejects.toThrow(/no method SetTimeOut/);
    expect(await erpOf('newest').user().run('U_NEWER', url())).toBeNull();
  });

  it('lets a test kill the thread between the answer and the next line', async () => {
    status(200, '');
    const erp = erpOf();
    erp.hooks.afterAnswer = (thread) => {
      thread.kill();
      return undefined;
    };
    await expect(post(5, true, '', erp)).rejects.toThrow(/was killed/);
  });
});
