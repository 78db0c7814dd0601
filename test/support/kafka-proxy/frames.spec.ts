import { apiKeyOf, correlationOfAnswer, correlationOfRequest, FrameCutter } from './frames.js';

function request(apiKey: number, correlation: number, body = ''): Buffer {
  const frame = Buffer.alloc(12 + body.length);
  frame.writeInt32BE(8 + body.length, 0);
  frame.writeInt16BE(apiKey, 4);
  frame.writeInt32BE(correlation, 8);
  frame.write(body, 12);
  return frame;
}

describe('the frames of the Kafka protocol', () => {
  it('are found however the stream is cut', () => {
    const frames = [request(0, 1, 'abc'), request(26, 2), request(3, 3, 'x'.repeat(50))];
    const stream = Buffer.concat(frames);
    for (let size = 1; size <= stream.length; size++) {
      const cutter = new FrameCutter();
      const found: Buffer[] = [];
      for (let at = 0; at < stream.length; at += size) {
        found.push(...cutter.take(stream.subarray(at, at + size)));
      }
      expect(found).toEqual(frames);
    }
  });

  it('name the kind of request and the number that the answer repeats', () => {
    const frame = request(26, 77);
    expect(apiKeyOf(frame)).toBe(26);
    expect(correlationOfRequest(frame)).toBe(77);
    const answer = Buffer.alloc(8);
    answer.writeInt32BE(4, 0);
    answer.writeInt32BE(77, 4);
    expect(correlationOfAnswer(answer)).toBe(77);
  });
});
