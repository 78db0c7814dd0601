/* What tells a number of a person or a company from any other number of its length. Pure. */

/** The last digit so that the sum, weighted from the right with 2, 3, … up to `highest` and round again, fits modulo 11. */
function digitOf(text: string, length: number, highest: number): number {
  let sum = 0;
  for (let at = length - 1, weight = 2; at >= 0; at--) {
    // A letter of the alphanumeric CNPJ counts as its ASCII code less 48, which for a digit is the digit.
    sum += (text.charCodeAt(at) - 48) * weight;
    weight = weight === highest ? 2 : weight + 1;
  }
  const rest = sum % 11;
  return rest < 2 ? 0 : 11 - rest;
}

const isDigitAt = (text: string, at: number, digit: number): boolean =>
  text.charCodeAt(at) - 48 === digit;

function isOneDigit(text: string): boolean {
  return text === text.charAt(0).repeat(text.length);
}

/** @param digits 11 digits, without punctuation. */
export function isCpf(digits: string): boolean {
  return (
    isDigitAt(digits, 9, digitOf(digits, 9, 11)) &&
    isDigitAt(digits, 10, digitOf(digits, 10, 11)) &&
    !isOneDigit(digits)
  );
}

/** @param text 12 digits or capital letters and two digits, without punctuation. */
export function isCnpj(text: string): boolean {
  return (
    isDigitAt(text, 12, digitOf(text, 12, 9)) &&
    isDigitAt(text, 13, digitOf(text, 13, 9)) &&
    !isOneDigit(text)
  );
}

/** UF, year and month, CNPJ (which may have letters) or CPF, model, series, number, code, check digit. */
const ACCESS_KEY = /^[1-5]\d\d\d(?:0[1-9]|1[0-2])[0-9A-Z]{12}\d{26}$/;

/** Of an NF-e and the documents like it. @param text 44 characters. */
export function isAccessKey(text: string): boolean {
  return ACCESS_KEY.test(text) && isDigitAt(text, 43, digitOf(text, 43, 9));
}

/** Luhn's sum, of a card's number. @param digits without punctuation. */
export function isCard(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = digits.charCodeAt(digits.length - 1 - at) - 48;
    const doubled = at % 2 === 0 ? digit : digit * 2;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0 && /^[3-6]/.test(digits);
}
