/** The routes that exist, to tell "no such path" from "not with this method". */
export class RouteTable {
  private readonly routes: { readonly segments: readonly string[]; readonly methods: string[] }[] =
    [];

  add(pattern: string, methods: readonly string[]): void {
    this.routes.push({ segments: pattern.split('/'), methods: [...methods] });
  }

  /** The methods that a path can be asked with, sorted; none when there is no such path. */
  methodsOf(path: string): readonly string[] {
    const segments = path.split('/');
    const found = this.routes.filter((route) => matches(route.segments, segments));
    return [...new Set(found.flatMap(({ methods }) => methods))].toSorted();
  }
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  return (
    pattern.length === path.length &&
    pattern.every((segment, at) =>
      segment.startsWith(':') ? path[at] !== '' : segment === path[at],
    )
  );
}
