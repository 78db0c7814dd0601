import { randomUUID } from 'node:crypto';
import { AdvplDate, numberOf, type Value } from '../run/values.js';
import type { Functions } from './function.js';

export const numbers: Functions = {
  Int: (_, value) => Math.trunc(numberOf(value)),
  Abs: (_, value) => Math.abs(numberOf(value)),
  Mod: (_, value, by) => numberOf(value) % numberOf(by),
  Max: (_, a, b) => (magnitude(a) >= magnitude(b) ? a : b),
  Min: (_, a, b) => (magnitude(a) <= magnitude(b) ? a : b),
  Round: (_, value, decimals) => {
    const [number, places] = [numberOf(value), numberOf(decimals)];
    // By the decimal text: 1.005 is a little less than it says.
    return (Math.sign(number) * Math.round(Number(`${Math.abs(number)}e${places}`))) / 10 ** places;
  },
  NoRound: (_, value, decimals) => {
    const places = numberOf(decimals ?? 2);
    return Math.trunc(Number((numberOf(value) * 10 ** places).toFixed(6))) / 10 ** places;
  },
  Randomize: (_, least, limit) =>
    numberOf(least) + Math.floor(Math.random() * (numberOf(limit) - numberOf(least))),
  FWUUIDV4: () => randomUUID(),
};

function magnitude(value: Value): number {
  return value instanceof AdvplDate ? value.day : numberOf(value);
}
