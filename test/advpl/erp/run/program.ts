import {
  parse,
  variableKey,
  type FunctionNode,
  type SourceUnit,
} from '../../../../dev/advpl/language/index.js';

export interface LoadedFunction {
  readonly file: string;
  readonly node: FunctionNode;
}

export interface Source {
  readonly file: string;
  readonly text: string;
}

/** What is compiled into the repository: user functions are known everywhere, static ones in their file. */
export class Program {
  private readonly users = new Map<string, LoadedFunction>();
  private readonly statics = new Map<string, LoadedFunction>();

  constructor(sources: readonly Source[]) {
    for (const { file, text } of sources) this.load(parse(file, text));
  }

  /** A function as the file names it, or undefined. */
  find(file: string, name: string): LoadedFunction | undefined {
    const key = variableKey(name);
    return this.statics.get(`${file}\n${key}`) ?? this.users.get(key);
  }

  private load({ file, functions }: SourceUnit): void {
    for (const node of functions) {
      const known = node.scope === 'user' ? this.users : this.statics;
      const key = node.scope === 'user' ? node.key : `${file}\n${node.key}`;
      const other = known.get(key);
      if (other !== undefined)
        throw new Error(`${node.key} is in ${other.file} and in ${file}:${node.line}`);
      known.set(key, { file, node });
    }
  }
}
