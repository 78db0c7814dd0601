/** An element of a page, as far as the page of the documentation uses it. */
export class PageElement {
  readonly children: (PageElement | string)[] = [];
  readonly listeners = new Map<string, (event: { preventDefault(): void }) => void>();
  textContent = '';
  name = '';
  id = '';
  private chosen: string | null = null;

  constructor(readonly tag: string) {}

  /** Of a list, its first option until another is chosen. */
  get value(): string {
    const [first] = this.children;
    return this.chosen ?? (first instanceof PageElement ? first.value : '');
  }

  set value(text: string) {
    this.chosen = text;
  }

  append(...parts: readonly (PageElement | string)[]): void {
    this.children.push(...parts);
  }

  addEventListener(event: string, listener: (event: { preventDefault(): void }) => void): void {
    this.listeners.set(event, listener);
  }

  /** @param selector `tag` or `tag[name=x]`. */
  querySelectorAll(selector: string): readonly PageElement[] {
    const [, tag, name] = /^(\w+)(?:\[name=(\w+)\])?$/.exec(selector) ?? [];
    return this.all().filter((one) => one.tag === tag && (name === undefined || one.name === name));
  }

  querySelector(selector: string): PageElement | null {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  /** Whatever is in it, at any depth. */
  all(): readonly PageElement[] {
    return this.children.flatMap((one) => (one instanceof PageElement ? [one, ...one.all()] : []));
  }

  get text(): string {
    const texts = this.children.map((one) => (one instanceof PageElement ? one.text : one));
    return this.textContent + texts.join('');
  }
}

type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

/** Runs the page's script. @returns what it has put on the page. */
export async function runPage(script: string, fetch: Fetch): Promise<PageElement> {
  const operations = new PageElement('main');
  const about = new PageElement('p');
  const document = {
    createElement: (tag: string) => new PageElement(tag),
    querySelector: (selector: string) => (selector === '#about' ? about : operations),
  };
  const AsyncFunction = Object.getPrototypeOf(runPage).constructor as new (
    ...parts: readonly string[]
  ) => (...values: readonly unknown[]) => Promise<void>;
  await new AsyncFunction('document', 'fetch', script)(document, fetch);
  return operations;
}
