// People with two devices each, all of them listening: what each device hears is written down as the app would get it.

import { waitFor } from "@pixora/api/testing";
import { createPixora, memorySession, type Pixora } from "@pixora/client";
import type { House } from "../walks/house.ts";
import { createRecord, type Heard, type StreamRecord } from "./record.ts";

export interface Device {
  pixora: Pixora;
  record: StreamRecord;
}

export interface Person {
  id: string;
  handle: string;
  devices: [phone: Device, laptop: Device];
  postIds: string[];
}

const postsEach = 2;
/** Signing up hashes a password: more at once would only wait. */
const signUpsAtOnce = 4;

/** Signs people up through `url`, lets each post, and opens their streams; resolves when all are ready. */
export async function gatherCrowd(house: House, input: { url: string; people: number }): Promise<Person[]> {
  const people: Person[] = [];
  let next = 0;
  async function signUpSome(): Promise<void> {
    while (next < input.people) {
      next += 1;
      people.push(await signUpPerson(house, { url: input.url, number: next }));
    }
  }
  await Promise.all(Array.from({ length: signUpsAtOnce }, signUpSome));
  const devices = people.flatMap((person) => person.devices);
  for (const device of devices) listen(device);
  const areReady = () => devices.every((device) => device.record.hasBegun());
  await waitFor("all streams to be ready", areReady, { timeoutMs: 60_000, everyMs: 50 });
  return people;
}

async function signUpPerson(house: House, input: { url: string; number: number }): Promise<Person> {
  const handle = `person_${input.number}`;
  const session = memorySession();
  const { pixora, id } = await house.signUp({ url: input.url }, handle, { session });
  // Every fourth laptop listens over SSE: what comes has to be the same.
  const transport = input.number % 4 === 0 ? "sse" : "websocket";
  const laptop = createPixora({ url: input.url, session, transport });
  const postIds: string[] = [];
  for (let n = 1; n <= postsEach; n += 1) {
    postIds.push((await pixora.post.create.mutate({ caption: `post ${n} of ${handle}` })).id);
  }
  const deviceOf = (client: Pixora): Device => ({ pixora: client, record: createRecord() });
  return { id, handle, devices: [deviceOf(pixora), deviceOf(laptop)], postIds };
}

function listen({ pixora, record }: Device): void {
  pixora.live.onEvent.subscribe(undefined, {
    onData: ({ id, data }) => record.hear({ id, event: data as Heard }),
    onError: (error) => record.fail(error),
    onComplete: () => record.fail(new Error("the stream completed")),
  });
}

/** Ends all streams. */
export async function dismissCrowd(people: readonly Person[]): Promise<void> {
  for (const person of people) for (const device of person.devices) device.record.stop();
  await Promise.all(people.flatMap((person) => person.devices.map((device) => device.pixora.close())));
}
