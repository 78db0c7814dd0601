/** The routes that exist, to tell "no such path" from "not with this method". */
export class RouteTable {
  private readonly routes: { readonly segments: readonly string[]; readonly methods: string[] }[] =
    [];

  add(pattern: string, methods: readonly string[]): void {
    // The router's way to write a colon that begins no parameter.
    const segments = pattern.split('/').map((segment) => segment.replaceAll('::', ':'));
    this.routes.push({ segments, methods: [...methods] });
  }

  /** Every route as it was declared, `:name` for a parameter. */
  all(): readonly { readonly pattern: string; readonly methods: readonly string[] }[] {
    return this.routes.map(({ segments, methods }) => ({ pattern: segments.join('/'), methods }));
  }

  /**
   * The methods that a request's target can be asked with, sorted; none when there is no such path. It reads the
   * target as the router does: the absolute form, the query and percent-encoding make no other path of it.
   */
  methodsOf(target: string): readonly string[] {
    const segments = segmentsOf(target);
    if (segments === null) return [];
    const found = this.routes.filter((route) => matches(route.segments, segments));
    return [...new Set(found.flatMap(({ methods }) => methods))].toSorted();
  }
}

/** Split before it is decoded: an encoded slash is part of a name. Null when it cannot be decoded. */
function segmentsOf(target: string): readonly string[] | null {
  const [path = ''] = target.replace(/^https?:\/\/[^/?#]*/i, '').split(/[?#]/, 1);
  try {
    return path.split('/').map((segment) => decodeURIComponent(segment));
  } catch {
    return null;
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
