import { Cursor, variableKey } from './cursor.js';
import { atFunctionHead, statements } from './statements.js';
import { tokenise } from './tokeniser.js';
import type { Comment } from './tokens.js';
import type { FunctionNode, Name, SourceUnit } from './tree.js';

/**
 * One source as a tree.
 *
 * @param text a character for each byte of the file
 * @throws {AdvplSyntaxError} at the first thing that is not in the subset of our sources
 */
export function parse(file: string, text: string): SourceUnit {
  const source = tokenise(file, text);
  const cursor = new Cursor(file, source);
  const functions: FunctionNode[] = [];
  while (cursor.token.kind !== 'end') functions.push(functionNode(cursor));
  const first = functions[0]?.line ?? Infinity;
  const header = source.comments.filter(({ line }) => line < first).map(({ text: note }) => note);
  return { file, functions, includes: source.includes, header };
}

function functionNode(cursor: Cursor): FunctionNode {
  const { place } = cursor;
  if (!atFunctionHead(cursor)) throw cursor.expected('User Function or Static Function');
  const scope = cursor.takeWords('USER', 'FUNCTION') ? 'user' : 'static';
  if (scope === 'static') cursor.takeWords('STATIC', 'FUNCTION');
  const { name } = cursor.name();
  const parameters = parameterList(cursor);
  cursor.endOfLine();
  const body = statements(cursor);
  if (cursor.token.kind !== 'end' && !atFunctionHead(cursor))
    throw cursor.fault(`${cursor.token.text} ends no block that is open`);
  const key = scope === 'user' ? userFunctionKey(name) : variableKey(name);
  const notes = notesAbove(cursor.source.comments, place.line);
  return { scope, name, key, parameters, body, notes, ...place };
}

/** `U_` and eight characters. */
export function userFunctionKey(name: string): string {
  return variableKey(`U_${name}`);
}

function parameterList(cursor: Cursor): readonly Name[] {
  const found: Name[] = [];
  if (!cursor.takeSymbol('(')) return found;
  while (!cursor.takeSymbol(')')) {
    if (found.length > 0) cursor.symbol(',');
    found.push(cursor.name());
  }
  return found;
}

function notesAbove(comments: readonly Comment[], line: number): readonly string[] {
  const byLine = new Map(comments.map((comment) => [comment.line, comment.text]));
  const found: string[] = [];
  for (let at = line - 1; ; at -= 1) {
    const text = byLine.get(at);
    if (text === undefined) return found.toReversed();
    found.push(text);
  }
}
