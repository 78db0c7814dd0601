/** Where a node begins; counted from 1. */
export interface Node {
  readonly line: number;
  readonly column: number;
}

export interface Literal extends Node {
  readonly kind: 'literal';
  readonly value: number | string | boolean | null;
}
export interface ArrayLiteral extends Node {
  readonly kind: 'array';
  readonly items: readonly Argument[];
}
export interface CodeBlock extends Node {
  readonly kind: 'block';
  readonly parameters: readonly Name[];
  readonly expressions: readonly Expression[];
}
export interface Name extends Node {
  readonly kind: 'name';
  readonly name: string;
  /** What the ERP tells names apart by: upper case, ten characters. */
  readonly key: string;
}
export interface Call extends Node {
  readonly kind: 'call';
  readonly name: string;
  /** In upper case; not cut, since functions of the ERP's library may be longer than ten. */
  readonly key: string;
  readonly args: readonly Argument[];
}
export interface MethodCall extends Node {
  readonly kind: 'method';
  readonly object: Expression;
  readonly name: string;
  readonly args: readonly Argument[];
}
export interface Property extends Node {
  readonly kind: 'property';
  readonly object: Expression;
  readonly name: string;
}
export interface Index extends Node {
  readonly kind: 'index';
  readonly object: Expression;
  readonly index: Expression;
}
/** `SF2->F2_DOC`, `(cAlias)->F2_DOC` */
export interface Field extends Node {
  readonly kind: 'field';
  readonly area: Area;
  /** In upper case. */
  readonly name: string;
}
/** `SF2->(a, b)`: evaluated with SF2 as the current area; its value is the last one's. */
export interface InArea extends Node {
  readonly kind: 'in-area';
  readonly area: Area;
  readonly expressions: readonly Expression[];
}
export interface Assignment extends Node {
  readonly kind: 'assignment';
  readonly operator: ':=' | '+=' | '-=' | '*=' | '/=';
  readonly target: Target;
  readonly value: Expression;
}
export interface Step extends Node {
  readonly kind: 'step';
  readonly operator: '++' | '--';
  readonly prefix: boolean;
  readonly target: Target;
}
export interface Unary extends Node {
  readonly kind: 'unary';
  readonly operator: '-' | '!';
  readonly operand: Expression;
}
export interface Binary extends Node {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}
export interface ByReference extends Node {
  readonly kind: 'reference';
  readonly target: Name;
}
export interface Iif extends Node {
  readonly kind: 'iif';
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
}

export type BinaryOperator =
  | '.and.'
  | '.or.'
  | '='
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | '$'
  | '+'
  | '-'
  | '*'
  | '/'
  | '%'
  | '**';
export type Target = Name | Field | Index | Property;
/** Null: left out, as the second one of `GetMV("MV_X",,"")`. */
export type Argument = Expression | null;
/** A table's alias, as text or as an expression that gives it. */
export type Area = string | Expression;
export type Expression =
  | Literal
  | ArrayLiteral
  | CodeBlock
  | Name
  | Call
  | MethodCall
  | Property
  | Index
  | Field
  | InArea
  | Assignment
  | Step
  | Unary
  | Binary
  | ByReference
  | Iif;

export interface Variable extends Node {
  readonly name: Name;
  readonly value: Expression | null;
}
export interface Declaration extends Node {
  readonly kind: 'local' | 'private';
  readonly variables: readonly Variable[];
}
/** `Default x := 1`: only when x is Nil. */
export interface Defaults extends Node {
  readonly kind: 'default';
  readonly variables: readonly Variable[];
}
export interface Branch extends Node {
  readonly condition: Expression;
  readonly body: readonly Statement[];
}
/** `If` and `Do Case` are one thing: the first branch whose condition holds. */
export interface Choice extends Node {
  readonly kind: 'choice';
  readonly branches: readonly Branch[];
  readonly otherwise: readonly Statement[];
}
export interface While extends Node {
  readonly kind: 'while';
  readonly condition: Expression;
  readonly body: readonly Statement[];
}
export interface For extends Node {
  readonly kind: 'for';
  readonly variable: Name;
  readonly from: Expression;
  readonly to: Expression;
  readonly step: Expression | null;
  readonly body: readonly Statement[];
}
export interface Sequence extends Node {
  readonly kind: 'sequence';
  readonly body: readonly Statement[];
  /** Null: no `Recover`. */
  readonly recover: readonly Statement[] | null;
  readonly using: Name | null;
}
export interface Transaction extends Node {
  readonly kind: 'transaction';
  readonly body: readonly Statement[];
}
export interface Return extends Node {
  readonly kind: 'return';
  readonly value: Expression | null;
}
export interface Jump extends Node {
  readonly kind: 'exit' | 'loop';
}
export interface Evaluation extends Node {
  readonly kind: 'evaluation';
  readonly expression: Expression;
}
/** `ADD OPTION aRotina TITLE … ACTION … OPERATION … ACCESS …` */
export interface AddOption extends Node {
  readonly kind: 'add-option';
  readonly target: Name;
  readonly title: Expression;
  readonly action: Expression;
  readonly operation: Expression;
  readonly access: Expression;
}
export type Statement =
  | Declaration
  | Defaults
  | Choice
  | While
  | For
  | Sequence
  | Transaction
  | Return
  | Jump
  | Evaluation
  | AddOption;

export interface FunctionNode extends Node {
  readonly scope: 'user' | 'static';
  readonly name: string;
  /** As callers write it, in upper case: `U_KBENQ`, `KBFIELD`. */
  readonly key: string;
  readonly parameters: readonly Name[];
  readonly body: readonly Statement[];
  /** The comments in the lines just above it. */
  readonly notes: readonly string[];
}

export interface SourceUnit {
  readonly file: string;
  readonly functions: readonly FunctionNode[];
  readonly includes: readonly string[];
  /** The comments before the first function. */
  readonly header: readonly string[];
}
