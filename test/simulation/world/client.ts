import type { PlannedClient, PlannedPost } from './plan.js';
import type { World } from './world.js';

/** A caller does not wait for an answer longer than this; it posts the same record again. Milliseconds. */
const ANSWER_MS = 2_000;
const AGAIN_MS = [20, 300] as const;

/** A caller that posts its records one after the other, each until it is accepted. */
export class Client {
  private next = 0;

  constructor(
    private readonly world: World,
    readonly plan: PlannedClient,
  ) {}

  get done(): boolean {
    return this.next >= this.plan.posts.length;
  }

  start(): void {
    this.postAfter(0);
  }

  private postAfter(ms: number): void {
    const post = this.plan.posts[this.next];
    if (post === undefined) return;
    const { scheduler } = this.world;
    scheduler.after(ms + post.pause, `${this.plan.name} posts ${this.next}`, () => this.post());
  }

  private post(): void {
    const { world, plan, next } = this;
    const posts = this.together();
    const process = world.anyOwner();
    if (posts.length === 0) return;
    if (process === null) return this.again(next);
    let heard = false;
    const hear = (accepted: boolean): void => {
      if (heard || this.next !== next) return;
      heard = true;
      if (!accepted) return this.again(next);
      this.next += posts.length;
      this.postAfter(0);
    };
    world.scheduler.after(ANSWER_MS, `${plan.name} gives up waiting`, () => hear(false));
    if (!process.process.running) return;
    process.post(plan, posts).then(
      () => hear(true),
      () => hear(false),
    );
  }

  /** The next post, or the next transaction whole. */
  private together(): readonly PlannedPost[] {
    const rest = this.plan.posts.slice(this.next);
    const name = rest[0]?.transaction ?? null;
    const end = rest.findIndex(({ transaction }) => transaction !== name);
    return name === null ? rest.slice(0, 1) : rest.slice(0, end < 0 ? rest.length : end);
  }

  private again(post: number): void {
    const { scheduler } = this.world;
    const [soonest, latest] = AGAIN_MS;
    scheduler.after(scheduler.random.span(soonest, latest), `${this.plan.name} again`, () => {
      if (this.next === post) this.post();
    });
  }
}
