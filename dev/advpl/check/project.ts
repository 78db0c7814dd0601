import {
  AdvplSyntaxError,
  parse,
  variableKey,
  type FunctionNode,
  type SourceUnit,
} from '../language/index.js';

/** One source, a character for each byte of its file. */
export interface Source {
  readonly file: string;
  readonly text: string;
}

/** A function, and the source that it is in. */
export interface Place {
  readonly unit: SourceUnit;
  readonly node: FunctionNode;
}

/** All sources that are compiled together. */
export class Project {
  readonly units: readonly SourceUnit[];
  readonly syntaxErrors: readonly AdvplSyntaxError[];
  readonly functions: readonly Place[];

  constructor(readonly sources: readonly Source[]) {
    const units: SourceUnit[] = [];
    const errors: AdvplSyntaxError[] = [];
    for (const { file, text } of sources) {
      try {
        units.push(parse(file, text));
      } catch (error) {
        if (!(error instanceof AdvplSyntaxError)) throw error;
        errors.push(error);
      }
    }
    this.units = units;
    this.syntaxErrors = errors;
    this.functions = units.flatMap((unit) => unit.functions.map((node) => ({ unit, node })));
  }

  /** A function by its name, as a source sees it: its own static ones, and everybody's user functions. */
  find(unit: SourceUnit, name: string): Place | undefined {
    const key = variableKey(name);
    return (
      this.functions.find(
        (each) => each.unit === unit && each.node.scope === 'static' && each.node.key === key,
      ) ?? this.userFunction(key)
    );
  }

  /** By its name with `U_`. */
  userFunction(name: string): Place | undefined {
    const key = variableKey(name);
    return this.functions.find(({ node }) => node.scope === 'user' && node.key === key);
  }
}
