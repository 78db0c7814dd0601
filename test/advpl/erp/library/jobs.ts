import { FatalError, RunTimeError } from '../run/faults.js';
import { wait, type Steps } from '../run/steps.js';
import { numberOf, textOf, typeOf, type Value } from '../run/values.js';
import type { ErpThread } from '../thread.js';
import type { Functions } from './function.js';

export const jobs: Functions = {
  StartJob: (thread, name, _environment, waits, ...args) => {
    const given = args.slice(0, args.findLastIndex((each) => each !== null) + 1);
    for (const each of given) checkPassed(each);
    const job = thread.erp.startJob(textOf(name), structuredClone(given));
    return waits === true ? wait(job) : null;
  },
  LockByName: (thread, name, company, branch) =>
    thread.erp.semaphores.take(semaphore(thread, name, company, branch), thread),
  UnLockByName: (thread, name, company, branch) => {
    thread.erp.semaphores.release(semaphore(thread, name, company, branch), thread);
    return true;
  },
  RpcSetType: (_, type) => {
    numberOf(type);
    return null;
  },
  RpcSetEnv: (thread, company, branch, user, _password, _module, _routine, tables) => {
    if (thread.environment !== null)
      throw new FatalError('RpcSetEnv in a thread that has an environment');
    thread.enter({
      company: textOf(company),
      branch: textOf(branch),
      user: textOf(user ?? 'Schedule'),
    });
    if (Array.isArray(tables)) for (const each of tables) thread.areas.tryOpen(textOf(each));
    return true;
  },
  RpcClearEnv: (thread) => {
    thread.leave();
    return null;
  },
  Sleep: (_, ms) => sleep(numberOf(ms)),
  ThreadId: ({ name }) => Number(name.split(' ')[1]),
};

function* sleep(ms: number): Steps<Value> {
  yield new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
  return null;
}

/** Another thread is another process: only what can be written down goes there. */
function checkPassed(value: Value): void {
  if (['B', 'O', 'J'].includes(typeOf(value)))
    throw new RunTimeError(`StartJob takes no value of type ${typeOf(value)}`);
  if (Array.isArray(value)) for (const each of value) checkPassed(each);
}

function semaphore(thread: ErpThread, name: Value, company: Value, branch: Value): string {
  const { environment } = thread;
  const parts = [
    textOf(name).trim().toUpperCase(),
    company === true ? environment?.company : '',
    branch === true ? environment?.branch : '',
  ];
  return parts.join('/');
}
