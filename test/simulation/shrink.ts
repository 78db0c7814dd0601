import { runPlan } from './scenario.js';
import type { Plan } from './world/plan.js';

/** Leaves out of a failing plan whatever it fails without. The run itself keeps its seed. */
export async function shrink(plan: Plan): Promise<Plan> {
  let smallest = plan;
  for (let smaller = true; smaller;) {
    smaller = false;
    for (const candidate of lessThan(smallest)) {
      if ((await runPlan(candidate)).faults.length === 0) continue;
      smallest = candidate;
      smaller = true;
      break;
    }
  }
  return smallest;
}

function* lessThan(plan: Plan): Generator<Plan> {
  const { faults, clients } = plan;
  for (const left of eachLeftOut(faults)) yield { ...plan, faults: left };
  for (const left of eachLeftOut(clients)) if (left.length > 0) yield { ...plan, clients: left };
  for (const [index, client] of clients.entries()) {
    for (const posts of eachLeftOut(client.posts)) {
      if (posts.length > 0) yield { ...plan, clients: clients.with(index, { ...client, posts }) };
    }
  }
}

function* eachLeftOut<T>(list: readonly T[]): Generator<T[]> {
  for (let index = 0; index < list.length; index++) yield list.toSpliced(index, 1);
}
