/** LockByName: one thread at a time for each name. */
export class Semaphores {
  private readonly owners = new Map<string, object>();

  /** False when it is taken, by whomever. */
  take(name: string, owner: object): boolean {
    if (this.owners.has(name)) return false;
    this.owners.set(name, owner);
    return true;
  }

  release(name: string, owner: object): void {
    if (this.owners.get(name) === owner) this.owners.delete(name);
  }

  of(owner: object): readonly string[] {
    return [...this.owners].filter(([, each]) => each === owner).map(([name]) => name);
  }

  releaseAll(owner: object): void {
    for (const name of this.of(owner)) this.release(name, owner);
  }
}
