import type { Cursor } from './cursor.js';
import { expression } from './expressions.js';
import type { AddOption, Branch, Declaration, Defaults, For, Statement, Variable } from './tree.js';

type Words = readonly string[];

/** What ends a block that is open, or begins another part of it. */
const CLOSERS: readonly Words[] = [
  ['ELSEIF'],
  ['ELSE'],
  ['ENDIF'],
  ['ENDDO'],
  ['NEXT'],
  ['CASE'],
  ['OTHERWISE'],
  ['ENDCASE'],
  ['RECOVER'],
  ['END', 'SEQUENCE'],
  ['END', 'TRANSACTION'],
];
const FUNCTION_HEADS: readonly Words[] = [
  ['USER', 'FUNCTION'],
  ['STATIC', 'FUNCTION'],
];
const FOREIGN: readonly Words[] = [
  ['FUNCTION'],
  ['CLASS'],
  ['METHOD'],
  ['PUBLIC'],
  ['STATIC'],
  ['WSRESTFUL'],
  ['TRY'],
  ['SWITCH'],
  ['DEFINE'],
  ['ACTIVATE'],
];

/** Statements up to whatever ends the block that they are in; that is left to the caller. */
export function statements(cursor: Cursor): readonly Statement[] {
  const found: Statement[] = [];
  while (!atEnd(cursor)) {
    found.push(statement(cursor));
    cursor.endOfLine();
  }
  return found;
}

export function atFunctionHead(cursor: Cursor): boolean {
  return FUNCTION_HEADS.some((words) => cursor.atWords(...words));
}

function atEnd(cursor: Cursor): boolean {
  if (cursor.token.kind === 'end' || atFunctionHead(cursor)) return true;
  return CLOSERS.some((words) => cursor.atWords(...words));
}

function statement(cursor: Cursor): Statement {
  const { place } = cursor;
  if (cursor.takeWords('IF')) return choice(cursor, place);
  if (cursor.takeWords('DO', 'CASE')) return cases(cursor, place);
  if (cursor.takeWords('WHILE') || cursor.takeWords('DO', 'WHILE')) {
    const condition = expression(cursor);
    return { kind: 'while', condition, body: body(cursor, place.line, ['ENDDO']), ...place };
  }
  if (cursor.takeWords('FOR')) return loop(cursor, place);
  if (cursor.takeWords('BEGIN', 'SEQUENCE')) return sequence(cursor, place);
  if (cursor.takeWords('BEGIN', 'TRANSACTION')) {
    const inner = body(cursor, place.line, ['END', 'TRANSACTION']);
    return { kind: 'transaction', body: inner, ...place };
  }
  return simple(cursor, place);
}

type Place = Readonly<{ line: number; column: number }>;

function simple(cursor: Cursor, place: Place): Statement {
  if (cursor.takeWords('LOCAL')) return declaration(cursor, 'local', place);
  if (cursor.takeWords('PRIVATE')) return declaration(cursor, 'private', place);
  if (cursor.takeWords('DEFAULT')) return defaults(cursor, place);
  if (cursor.takeWords('RETURN')) {
    const value = cursor.token.kind === 'newline' ? null : expression(cursor);
    return { kind: 'return', value, ...place };
  }
  if (cursor.takeWords('EXIT')) return { kind: 'exit', ...place };
  if (cursor.takeWords('LOOP')) return { kind: 'loop', ...place };
  if (cursor.takeWords('ADD', 'OPTION')) return addOption(cursor, place);
  const foreign = FOREIGN.find((words) => cursor.atWords(...words));
  if (foreign !== undefined && cursor.following.kind === 'name')
    throw cursor.fault(`${cursor.token.text} is not in the subset`);
  return { kind: 'evaluation', expression: expression(cursor), ...place };
}

/** The body of a block, and its end; the line is the block's first one. */
function body(cursor: Cursor, line: number, end: Words): readonly Statement[] {
  cursor.endOfLine();
  const inner = statements(cursor);
  if (!cursor.takeWords(...end)) throw unended(cursor, line, end);
  return inner;
}

function unended(cursor: Cursor, line: number, end: Words) {
  const found = cursor.token.kind === 'end' ? 'the end of the file' : cursor.token.text;
  return cursor.fault(
    `${end.join(' ')} is expected for the block of line ${line}, not ${found}`,
    cursor.token.kind === 'end' ? line : cursor.token.line,
  );
}

function branch(cursor: Cursor, place: Place): Branch {
  const condition = expression(cursor);
  cursor.endOfLine();
  return { condition, body: statements(cursor), ...place };
}

function choice(cursor: Cursor, place: Place): Statement {
  const branches = [branch(cursor, place)];
  while (cursor.atWords('ELSEIF')) {
    const at = cursor.place;
    cursor.next();
    branches.push(branch(cursor, at));
  }
  const otherwise = cursor.takeWords('ELSE') ? rest(cursor) : [];
  if (!cursor.takeWords('ENDIF')) throw unended(cursor, place.line, ['EndIf']);
  return { kind: 'choice', branches, otherwise, ...place };
}

function cases(cursor: Cursor, place: Place): Statement {
  cursor.endOfLine();
  const branches: Branch[] = [];
  while (cursor.atWords('CASE')) {
    const at = cursor.place;
    cursor.next();
    branches.push(branch(cursor, at));
  }
  const otherwise = cursor.takeWords('OTHERWISE') ? rest(cursor) : [];
  if (!cursor.takeWords('ENDCASE')) throw unended(cursor, place.line, ['EndCase']);
  return { kind: 'choice', branches, otherwise, ...place };
}

function rest(cursor: Cursor): readonly Statement[] {
  cursor.endOfLine();
  return statements(cursor);
}

function loop(cursor: Cursor, place: Place): For {
  const variable = cursor.name();
  cursor.symbol(':=');
  const from = expression(cursor);
  if (!cursor.takeWords('TO')) throw cursor.expected('To');
  const to = expression(cursor);
  const step = cursor.takeWords('STEP') ? expression(cursor) : null;
  const inner = body(cursor, place.line, ['NEXT']);
  if (cursor.token.kind === 'name' && cursor.name().key !== variable.key)
    throw cursor.fault(`Next names another variable than line ${place.line}`);
  return { kind: 'for', variable, from, to, step, body: inner, ...place };
}

function sequence(cursor: Cursor, place: Place): Statement {
  cursor.endOfLine();
  const inner = statements(cursor);
  if (!cursor.takeWords('RECOVER')) {
    if (!cursor.takeWords('END', 'SEQUENCE'))
      throw unended(cursor, place.line, ['End', 'Sequence']);
    return { kind: 'sequence', body: inner, recover: null, using: null, ...place };
  }
  const using = cursor.takeWords('USING') ? cursor.name() : null;
  const recover = body(cursor, place.line, ['END', 'SEQUENCE']);
  return { kind: 'sequence', body: inner, recover, using, ...place };
}

function declaration(cursor: Cursor, kind: Declaration['kind'], place: Place): Declaration {
  return { kind, variables: variables(cursor), ...place };
}

function defaults(cursor: Cursor, place: Place): Defaults {
  const found = variables(cursor);
  if (found.some(({ value }) => value === null)) throw cursor.expected(':=');
  return { kind: 'default', variables: found, ...place };
}

function variables(cursor: Cursor): readonly Variable[] {
  const found: Variable[] = [];
  do {
    const name = cursor.name();
    const value = cursor.takeSymbol(':=') ? expression(cursor) : null;
    found.push({ name, value, line: name.line, column: name.column });
  } while (cursor.takeSymbol(','));
  return found;
}

function addOption(cursor: Cursor, place: Place): AddOption {
  const target = cursor.name();
  const [title, action, operation, access] = ['TITLE', 'ACTION', 'OPERATION', 'ACCESS'].map(
    (word) => {
      if (!cursor.takeWords(word)) throw cursor.expected(word);
      return expression(cursor);
    },
  );
  return {
    kind: 'add-option',
    target,
    title: title!,
    action: action!,
    operation: operation!,
    access: access!,
    ...place,
  };
}
