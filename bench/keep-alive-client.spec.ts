import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { answerLength, KeepAliveClient } from './keep-alive-client.js';

describe('the length of an answer', () => {
  it('is not known before its head is complete', () => {
    expect(answerLength('')).toBeNull();
    expect(answerLength('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n')).toBeNull();
  });

  it('is that of head and body', () => {
    const head = 'HTTP/1.1 202 Accepted\r\nx: 1\r\ncontent-length: 12\r\ny: 2\r\n\r\n';
    expect(answerLength(head)).toBe(head.length + 12);
    expect(answerLength(`${head}{"a":"b"}`)).toBe(head.length + 12);
  });

  it('must be named', () => {
    expect(() => answerLength('HTTP/1.1 200 OK\r\n\r\n')).toThrow('Content-Length');
  });
});

describe('a connection', () => {
  const servers: net.Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.close();
      await once(server, 'close');
    }
  });

  async function connect(serve: (socket: net.Socket) => void): Promise<KeepAliveClient> {
    const server = net.createServer(serve).listen(0, '127.0.0.1');
    servers.push(server);
    await once(server, 'listening');
    return KeepAliveClient.connect((server.address() as net.AddressInfo).port);
  }

  it('stays open from answer to answer', async () => {
    const client = await connect((socket) => {
      socket.on('data', () => socket.write('HTTP/1.1 202 OK\r\nContent-Length: 2\r\n\r\n{}'));
    });
    expect([await client.send('a'), await client.send('b')]).toEqual([202, 202]);
    expect(client.isClosed).toBe(false);
    client.close();
  });

  it('is closed as soon as an answer says so, before the socket is', async () => {
    const client = await connect((socket) => {
      const head = 'HTTP/1.1 200 OK\r\nconnection: close\r\nContent-Length: 2\r\n\r\n{}';
      socket.on('data', () => socket.write(head));
    });
    expect(await client.send('a')).toBe(200);
    expect(client.isClosed).toBe(true);
    await expect(client.send('b')).rejects.toThrow('closed the connection');
    client.close();
  });

  it('that the server lets go while it is idle says so instead of waiting for an answer', async () => {
    const client = await connect((socket) => socket.destroy());
    while (!client.isClosed) await delay(1);
    await expect(client.send('a')).rejects.toThrow('closed the connection');
  });
});
