import { signatureOf } from '../../../dev/advpl/check/library/index.js';
import { library } from './library/index.js';

it('the checker knows each function that the interpreter runs, with its arguments', () => {
  expect([...library.keys()].filter((name) => signatureOf(name) === undefined)).toEqual([]);
});
