/** The end of a switch that knows every kind: the compiler refuses it when one is left out. */
export function unreachable(value: never): never {
  throw new Error(`A kind that nobody knows: ${JSON.stringify(value)}`);
}
