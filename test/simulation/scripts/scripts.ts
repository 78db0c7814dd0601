import { entry, outcomeOf, settledNumber, to, told, type Script } from './site.js';

const LIMIT = 2_000;
const LARGE = 'x'.repeat(3_000);

/** Each does the same on Kafka and on its model, and must be told the same. By name. */
export const SCRIPTS: Readonly<Record<string, Script>> = {
  'a commit shows records and number together': async (site) => {
    const topic = await site.createTopic('committed');
    const pipeline = site.newPipeline();
    const producer = await site.producers.fence(pipeline.id);
    const mark = await producer.mark(pipeline.slot);
    const first = await producer.append(pipeline.slot, entry(1), [
      to(topic, 0, 'a', 'b'),
      to(topic, 2, 'c'),
    ]);
    const before = await site.ledger.read(pipeline.slot, mark);
    await producer.commit();
    const second = await producer.append(pipeline.slot, entry(2), [to(topic, 0, 'd')]);
    await producer.commit();
    await producer.close();
    return [told(first), before, told(second), await settledNumber(site, pipeline)];
  },

  'a number without records': async (site) => {
    const pipeline = site.newPipeline();
    const producer = await site.producers.fence(pipeline.id);
    const result = await producer.append(pipeline.slot, entry(7), []);
    await producer.commit();
    await producer.close();
    return [told(result), await settledNumber(site, pipeline)];
  },

  'nothing was ever committed': (site) => settledNumber(site, site.newPipeline()),

  'a fence ends what was open, and the old producer can commit nothing': async (site) => {
    const topic = await site.createTopic('fenced-open');
    const pipeline = site.newPipeline();
    const zombie = await site.producers.fence(pipeline.id);
    await zombie.append(pipeline.slot, entry(1), [to(topic, 0, 'zombie')]);
    const number = await settledNumber(site, pipeline);
    const commit = await outcomeOf(zombie.commit());
    zombie.discard();
    return [number, commit, await settledNumber(site, pipeline)];
  },

  'the old producer can begin nothing after a fence': async (site) => {
    const topic = await site.createTopic('fenced-idle');
    const pipeline = site.newPipeline();
    const zombie = await site.producers.fence(pipeline.id);
    await zombie.append(pipeline.slot, entry(1), [to(topic, 0, 'before')]);
    await zombie.commit();
    const number = await settledNumber(site, pipeline);
    const next = zombie.append(pipeline.slot, entry(2), [to(topic, 0, 'zombie')]);
    const outcome = await outcomeOf(next);
    zombie.discard();
    return [number, outcome, await settledNumber(site, pipeline)];
  },

  'an old producer that never began is fenced too': async (site) => {
    const topic = await site.createTopic('fenced-new');
    const pipeline = site.newPipeline();
    const zombie = await site.producers.fence(pipeline.id);
    const successor = await site.producers.fence(pipeline.id);
    const late = await outcomeOf(zombie.append(pipeline.slot, entry(1), [to(topic, 0, 'late')]));
    await successor.append(pipeline.slot, entry(1), [to(topic, 0, 'successor')]);
    await successor.commit();
    zombie.discard();
    await successor.close();
    return [late, await settledNumber(site, pipeline)];
  },

  'two pipelines leave each other alone': async (site) => {
    const topic = await site.createTopic('side-by-side');
    const [one, other] = [site.newPipeline(), site.newPipeline()];
    const first = await site.producers.fence(one.id);
    const second = await site.producers.fence(other.id);
    await first.append(one.slot, entry(1), [to(topic, 0, 'open')]);
    await second.append(other.slot, entry(5), [to(topic, 0, 'committed')]);
    await second.commit();
    await second.close();
    const numbers = [await settledNumber(site, one), await settledNumber(site, other)];
    first.discard();
    return numbers;
  },

  'an append that is never committed is not seen': async (site) => {
    const topic = await site.createTopic('abandoned');
    const pipeline = site.newPipeline();
    const producer = await site.producers.fence(pipeline.id);
    const result = await producer.append(pipeline.slot, entry(1), [to(topic, 0, 'a')]);
    producer.discard();
    return [told(result), await settledNumber(site, pipeline)];
  },

  'a partition that does not exist': async (site) => {
    const topic = await site.createTopic('no-partition');
    const { id, slot } = site.newPipeline();
    const producer = await site.producers.fence(id);
    const result = await producer.append(slot, entry(1), [to(topic, 99, 'x'), to(topic, 1, 'y')]);
    producer.discard();
    return told(result);
  },

  'a topic that does not exist, beside one that does': async (site) => {
    const topic = await site.createTopic('known');
    const { id, slot } = site.newPipeline();
    const producer = await site.producers.fence(id);
    const result = await producer.append(slot, entry(1), [
      to(`no-${topic}`, 0, 'x'),
      to(topic, 1, 'y'),
    ]);
    producer.discard();
    return told(result);
  },

  'a record that is too large, alone and with others': async (site) => {
    const topic = await site.createTopic('small', LIMIT);
    const pipeline = site.newPipeline();
    const producer = await site.producers.fence(pipeline.id);
    const result = await producer.append(pipeline.slot, entry(1), [
      { ...to(topic, 0, 'a', LARGE, 'b'), maxBytes: LIMIT },
      to(topic, 1, 'c', LARGE),
      to(topic, 2, 'd'),
    ]);
    producer.discard();
    return [told(result), await settledNumber(site, pipeline)];
  },

  'many small records need several requests': async (site) => {
    const topic = await site.createTopic('slices', LIMIT);
    const pipeline = site.newPipeline();
    const producer = await site.producers.fence(pipeline.id);
    const texts = Array.from({ length: 20 }, (_, index) => `${index}-${'x'.repeat(200)}`);
    const batch = [{ ...to(topic, 0, ...texts), maxBytes: LIMIT }];
    const first = await producer.append(pipeline.slot, entry(1), batch);
    await producer.commit();
    const second = await producer.append(pipeline.slot, entry(2), batch);
    await producer.commit();
    await producer.close();
    return [told(first), told(second), await settledNumber(site, pipeline)];
  },

  'a producer that goes on after a refusal is of no use': async (site) => {
    const topic = await site.createTopic('goes-on', LIMIT);
    const pipeline = site.newPipeline();
    const producer = await site.producers.fence(pipeline.id);
    const refused = await producer.append(pipeline.slot, entry(1), [to(topic, 0, LARGE)]);
    const next = await outcomeOf(producer.append(pipeline.slot, entry(2), [to(topic, 0, 'a')]));
    producer.discard();
    return [told(refused), next, await settledNumber(site, pipeline)];
  },

  'what was discarded answers nothing': async (site) => {
    const topic = await site.createTopic('discarded');
    const { id, slot } = site.newPipeline();
    const producer = await site.producers.fence(id);
    await producer.append(slot, entry(1), [to(topic, 0, 'a')]);
    producer.discard();
    return outcomeOf(producer.commit());
  },

  'a plain producer': async (site) => {
    const topic = await site.createTopic('plain', LIMIT);
    const first = await site.plain.append([to(topic, 0, 'a', 'b'), to(topic, 1, 'c')]);
    const refused = await site.plain.append([to(topic, 0, LARGE), to(topic, 1, 'd')]);
    const missing = await site.plain.append([to(`no-${topic}`, 0, 'x')]);
    const last = await site.plain.append([to(topic, 0, 'e')]);
    return [told(first), told(refused), told(missing), told(last)];
  },

  'what can be asked of topics': async ({ topics }) => {
    const name = `asked-${Math.random()}`;
    const topic = { topic: name, partitions: 2, replicationFactor: 3, config: {} };
    const before = await topics.lookupPartitions(name, 5_000);
    const described = await outcomeOf(topics.describe(name));
    const created = await outcomeOf(topics.create(topic));
    const again = await outcomeOf(topics.create(topic));
    const { partitions } = await topics.describe(name);
    const after = await topics.lookupPartitions(name, 5_000);
    const listed = (await topics.list()).includes(name);
    return [before, described, created, again, partitions.length, after, listed];
  },
};
