import { FatalError } from '../run/faults.js';
import { AdvplDate, dateOf, numberOf, textOf } from '../run/values.js';
import type { Functions } from './function.js';

/** The server's zone, which has no summer time any more. */
const ZONE = '-03:00';

export const dates: Functions = {
  Date: ({ erp }) => erp.today(),
  MsDate: ({ erp }) => erp.today(),
  Time: ({ erp }) => erp.localTime().slice(11),
  Seconds: ({ erp }) => {
    const [hours, minutes, seconds] = erp.localTime().slice(11).split(':').map(Number);
    return hours! * 3600 + minutes! * 60 + seconds! + erp.now().getMilliseconds() / 1000;
  },
  DtoS: (_, date) => dateOf(date).text.padEnd(8),
  StoD: (_, text) => new AdvplDate(textOf(text).trim()),
  DtoC: (_, date) => shownDate(dateOf(date)),
  CtoD: (_, text) => {
    const [, day, month, year] = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(textOf(text).trim()) ?? [];
    return new AdvplDate(day === undefined ? '' : `${year}${month}${day}`);
  },
  Day: (_, date) => Number(dateOf(date).text.slice(6)),
  Month: (_, date) => Number(dateOf(date).text.slice(4, 6)),
  Year: (_, date) => Number(dateOf(date).text.slice(0, 4)),
  FWTimeStamp: ({ erp }, form) => {
    const kind = form === null ? 1 : numberOf(form);
    const local = erp.localTime();
    if (kind === 3) return local;
    if (kind === 5) return `${local}${ZONE}`;
    throw new FatalError(`FWTimeStamp(${kind}) is not known here: 3 and 5 are`);
  },
};

/** DtoC() */
export function shownDate({ text }: AdvplDate): string {
  const day = text.padEnd(8);
  return `${day.slice(6)}/${day.slice(4, 6)}/${day.slice(0, 4)}`;
}
