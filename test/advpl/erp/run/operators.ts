import { unreachable, type BinaryOperator } from '../../../../dev/advpl/language/index.js';
import { RunTimeError } from './faults.js';
import { AdvplDate, numberOf, textOf, typeOf, type Value } from './values.js';

type StrictOperator = Exclude<BinaryOperator, '.and.' | '.or.'>;

/** An operator whose two sides have been evaluated. */
export function apply(operator: StrictOperator, left: Value, right: Value): Value {
  switch (operator) {
    case '=':
      return equal(left, right, false);
    case '==':
      return equal(left, right, true);
    case '!=':
      return !equal(left, right, false);
    case '<':
      return compare(left, right) < 0;
    case '<=':
      return compare(left, right) <= 0;
    case '>':
      return compare(left, right) > 0;
    case '>=':
      return compare(left, right) >= 0;
    case '$':
      return textOf(right).includes(textOf(left));
    case '+':
      return add(left, right);
    case '-':
      return subtract(left, right);
    case '*':
      return numberOf(left) * numberOf(right);
    case '/':
      return divide(numberOf(left), numberOf(right));
    case '%':
      return numberOf(left) % numberOf(right);
    case '**':
      return numberOf(left) ** numberOf(right);
    default:
      return unreachable(operator);
  }
}

/** SET EXACT OFF: `=` and `!=` on text look at no more of the left one than the right one has. */
function equal(left: Value, right: Value, exactly: boolean): boolean {
  if (left === null || right === null) return left === right;
  if (typeOf(left) !== typeOf(right)) throw mismatch(left, right);
  if (typeof left === 'string' && typeof right === 'string')
    return exactly ? left === right : left.startsWith(right);
  if (left instanceof AdvplDate && right instanceof AdvplDate) return left.text === right.text;
  return left === right;
}

function compare(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return order(left, right);
  if (left instanceof AdvplDate && right instanceof AdvplDate) return order(left.text, right.text);
  throw mismatch(left, right);
}

function order(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function add(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  if (typeof left === 'string' && typeof right === 'string') return left + right;
  if (left instanceof AdvplDate && typeof right === 'number')
    return AdvplDate.ofDay(left.day + right);
  throw mismatch(left, right);
}

function subtract(left: Value, right: Value): Value {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (left instanceof AdvplDate && right instanceof AdvplDate) return left.day - right.day;
  if (left instanceof AdvplDate && typeof right === 'number')
    return AdvplDate.ofDay(left.day - right);
  throw mismatch(left, right);
}

function divide(left: number, right: number): number {
  if (right === 0) throw new RunTimeError('division by zero');
  return left / right;
}

function mismatch(left: Value, right: Value): RunTimeError {
  return new RunTimeError(`type mismatch: ${typeOf(left)} and ${typeOf(right)}`);
}
