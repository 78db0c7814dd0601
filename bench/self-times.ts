/** What is used of V8's CPU profile. */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
    readonly children?: readonly number[];
  }[];
  readonly samples: readonly number[];
  /** Microseconds before each sample. */
  readonly timeDeltas: readonly number[];
}

export interface Share {
  readonly name: string;
  /** Of the time in which the main thread was busy, 0 to 1. */
  readonly share: number;
}

export interface SelfTimes {
  /** Of all the time, 0 to 1. */
  readonly busy: number;
  /** The largest first. */
  readonly modules: readonly Share[];
  /** `function (module)`, the largest first. */
  readonly functions: readonly Share[];
}

/**
 * Native functions have no file, and V8 shows all of sqlite3's under the name of one of its classes (the
 * callers in the profile are always the outbox's statements).
 */
const NATIVE_MODULES: Readonly<Record<string, string>> = {
  Backup: 'sqlite3, native',
  writeBuffer: 'sockets, native',
  writev: 'sockets, native',
};

/** How the inspector's own calls are named: beginning and ending the profile is not the bridge's work. */
const PROFILER = 'dispatch';

/** Who had the main thread, by function and by module. The time of callees is theirs. */
export function selfTimes({ nodes, samples, timeDeltas }: CpuProfile): SelfTimes {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const modules = new Map<string, number>();
  const functions = new Map<string, number>();
  let busy = 0;
  let all = 0;
  samples.forEach((id, position) => {
    const time = timeDeltas[position] ?? 0;
    const { functionName, url } = frames.get(id) ?? { functionName: '(unknown)', url: '' };
    all += time;
    if (isIdle({ functionName, url })) return;
    busy += time;
    const module = moduleOf(url, functionName);
    const name = functionName === '' ? '(anonymous)' : functionName;
    const label = module === name ? name : `${name} (${module})`;
    modules.set(module, (modules.get(module) ?? 0) + time);
    functions.set(label, (functions.get(label) ?? 0) + time);
  });
  return { busy: busy / all, modules: shares(modules, busy), functions: shares(functions, busy) };
}

/** Of the time in which the main thread was busy, what functions of these files took, with all that they called. */
export function shareOf(profile: CpuProfile, files: RegExp): number {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const within = new Set<number>();
  const add = (id: number): void => {
    if (within.has(id)) return;
    within.add(id);
    for (const child of nodes.get(id)?.children ?? []) add(child);
  };
  for (const { id, callFrame } of profile.nodes) if (files.test(callFrame.url)) add(id);
  let [spent, busy] = [0, 0];
  profile.samples.forEach((id, position) => {
    const time = profile.timeDeltas[position] ?? 0;
    const frame = nodes.get(id)?.callFrame;
    if (frame === undefined || isIdle(frame)) return;
    busy += time;
    if (within.has(id)) spent += time;
  });
  return spent / busy;
}

/** Nothing to do, or what only measuring does. */
export function isIdle({
  functionName,
  url,
}: {
  readonly functionName: string;
  readonly url: string;
}) {
  return functionName === '(idle)' || (functionName === PROFILER && url === '');
}

/** The npm package, Ponte's own folder, Node's own module, or what V8 calls it (`(garbage collector)`). */
export function moduleOf(url: string, functionName: string): string {
  if (url === '') {
    const other = functionName.startsWith('(') ? functionName : 'native code';
    return NATIVE_MODULES[functionName] ?? other;
  }
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  const [, packagePath] = url.split(/.*\/node_modules\//);
  if (packagePath !== undefined) {
    const depth = packagePath.startsWith('@') ? 2 : 1;
    return packagePath.split('/').slice(0, depth).join('/');
  }
  const own = /\/dist\/((?:apps|libs)\/[^/]+)\/src\/(.*)$/.exec(url);
  if (own === null) return url;
  const [, part = '', rest = ''] = own;
  const folder = rest.includes('/') ? `/${rest.split('/')[0] ?? ''}` : '';
  return `Ponte ${part}${folder}`;
}

function shares(times: ReadonlyMap<string, number>, whole: number): Share[] {
  return [...times]
    .map(([name, time]) => ({ name, share: time / whole }))
    .toSorted((a, b) => b.share - a.share);
}
