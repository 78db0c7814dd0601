import { InFlight } from './in-flight.js';

const rows = (...ids: number[]) => ids.map((id) => ({ id }));

describe('InFlight', () => {
  it('tells who was in flight at any time of a watch', () => {
    const inFlight = new InFlight();
    inFlight.depart(rows(1, 2));
    inFlight.arrive(rows(1));
    const watch = inFlight.watch();
    inFlight.arrive(rows(2));
    inFlight.depart(rows(3));
    inFlight.arrive(rows(3));
    watch.end();
    inFlight.depart(rows(4));
    expect([...watch.ids]).toEqual([2, 3]);
  });
});
