// Who has which open conversations: a subscriber of recado.conversations.v1. Prints a line of JSON a change.
//
//   node build/subscriber.js STATE [--until-end]
//
// STATE is a file; while there is none, everything is read from the beginning. With --until-end it stops behind what was
// there when it began. It is told RECADO_KAFKA, RECADO_EVENTS_URLS (each owner and its URL, in JSON), RECADO_SERVICE_TOKEN.
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { Kafka, logLevel, type Batch } from "kafkajs";

const TOPIC = "recado.conversations.v1";
const PARTITIONS = 12;

type Talks = Record<string, [organisation: string, assignee: string, isOpen: boolean]>;

/** What is kept between two runs, in one step: what it is for, and how far it has read. */
interface State {
  talks: Talks;
  source?: string;
  positions: number[];
  offsets: number[] | null;
}

/** The members used here, of all that contracts/schemas/readers promise. */
type Data = { organisation_id: string; conversation_id: string; user_id: string };
type Page = { events: { type: string; source: string; position: number; data: Data }[]; next: number; end: number };

/** The owner's database was restored, or Kafka no longer holds what comes next: the log has it all. */
class BeginAgain extends Error {}

const [file, ...options] = process.argv.slice(2);
const untilEnd = options.includes("--until-end");
const url: string = JSON.parse(process.env.RECADO_EVENTS_URLS!).conversations;
const headers = { Authorization: `Bearer ${process.env.RECADO_SERVICE_TOKEN}` };
const kafka = new Kafka({ brokers: [process.env.RECADO_KAFKA!], logLevel: logLevel.ERROR });

const FOLDS: Record<string, (talks: Talks, told: Data) => void> = {
  "conversations.conversation-opened.v1": (talks, told) =>
    (talks[told.conversation_id] = [told.organisation_id, "nobody", true]),
  "conversations.conversation-assigned.v1": (talks, told) => (talks[told.conversation_id][1] = told.user_id),
  "conversations.conversation-closed.v1": (talks, told) => (talks[told.conversation_id][2] = false),
  "conversations.conversation-reopened.v1": (talks, told) => (talks[told.conversation_id][2] = true),
};

/** Once each: a position not above the last one of its partition has been there before. Unknown types pass. */
function take(state: State, partition: number, source: string, position: number, type: string, data: Data): void {
  state.source ??= source;
  if (source !== state.source) throw new BeginAgain();
  if (position <= state.positions[partition]) return;
  state.positions[partition] = position;
  FOLDS[type]?.(state.talks, data);
}

async function follow(state: State): Promise<void> {
  const ends = await notedEnds();
  while (state.offsets === null) {
    const answer = await fetch(`${url}/events?after=${state.positions[0]}`, { headers });
    if (!answer.ok) throw new Error(`GET /events answers ${answer.status}`);
    const page = (await answer.json()) as Page;
    for (const { source, position, type, data } of page.events) take(state, 0, source, position, type, data);
    state.positions = Array(PARTITIONS).fill(page.next);
    if (page.next >= page.end) state.offsets = [...ends];
  }
  const offsets = state.offsets;
  const isDone = () => {
    if (offsets.some((offset, partition) => offset < ends[partition])) return false;
    keepAndShow(state);
    return untilEnd;
  };
  if (isDone()) return;
  await readKafka(offsets, ({ partition, messages }) => {
    for (const { offset, headers, value } of messages) {
      if (Number(offset) > offsets[partition]) throw new BeginAgain();
      if (Number(offset) < offsets[partition]) continue; // fetched before the seek
      const [source, position, type] = ["source", "position", "type"].map((name) => String(headers![`ce_${name}`]));
      take(state, partition, source, Number(position), type, JSON.parse(String(value)));
      offsets[partition] += 1;
    }
    return isDone();
  });
}

async function notedEnds(): Promise<number[]> {
  const admin = kafka.admin();
  await admin.connect();
  const found = await admin.fetchTopicOffsets(TOPIC).finally(() => admin.disconnect());
  return found.sort((one, other) => one.partition - other.partition).map(({ high }) => Number(high));
}

/** kafkajs reads as a group only: one of its own, which commits nothing, for the state alone says where to go on. */
async function readKafka(offsets: number[], isDone: (batch: Batch) => boolean): Promise<void> {
  const consumer = kafka.consumer({ groupId: `open-conversations-${randomUUID()}`, maxWaitTimeInMs: 500 });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  const done = new Promise<void>((resolve, reject) => {
    let isOver = false;
    const eachBatch = async ({ batch }: { batch: Batch }) => {
      try {
        if (isOver || !isDone(batch)) return;
        resolve();
      } catch (error) {
        reject(error);
      }
      isOver = true;
    };
    consumer.on(consumer.events.CRASH, ({ payload }) => payload.restart || reject(payload.error));
    consumer.run({ autoCommit: false, eachBatch }).catch(reject);
  });
  offsets.forEach((offset, partition) => consumer.seek({ topic: TOPIC, partition, offset: String(offset) }));
  await done.finally(() => consumer.disconnect());
}

let shown = "";
function keepAndShow(state: State): void {
  writeFileSync(`${file}.partial`, JSON.stringify(state));
  renameSync(`${file}.partial`, file); // in one step, so that no crash leaves half of it
  const open = Object.entries(state.talks).filter(([, [, , isOpen]]) => isOpen);
  const people: Record<string, Record<string, string[]>> = {};
  for (const [organisation, assignee, talk] of open.map(([talk, [org, who]]) => [org, who, talk]).sort())
    ((people[organisation] ??= {})[assignee] ??= []).push(talk);
  if (JSON.stringify(people) !== shown) console.log((shown = JSON.stringify(people)));
}

async function run(state: State): Promise<void> {
  try {
    await follow(state);
  } catch (error) {
    if (!(error instanceof BeginAgain)) throw error;
    await run(beginning());
  }
}

const beginning = (): State => ({ talks: {}, positions: Array(PARTITIONS).fill(0), offsets: null });
await run(existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : beginning());
