// The door of the package: facts, what they cause, jobs, and what carries them.
export { consequences, type FactOf, jobsOf } from "./consequences.ts";
export { countDeadLetters, forgetPerson, listDeadLetters, replayDeadLetters } from "./dead-letters.ts";
export { type Fact, type FactName, type FactPayload, facts, type NewFact } from "./facts.ts";
export {
  endsFacts,
  type FactJobName,
  isFactJob,
  isJobName,
  isQueueName,
  type JobName,
  jobs,
  type QueueName,
  queueNames,
  type ScheduledJobName,
} from "./jobs.ts";
export type { JobsLog } from "./log.ts";
export { type OneFactOutcome, runOneFact } from "./one-fact.ts";
export { type OutboxText, outboxTexts } from "./outbox.text.ts";
export { type DeadLetter, deleteFactsSql, type OutboxDb, type OutboxQuery, oldestFactAgeMs } from "./outbox.ts";
export { createProducer, type Producer, type QueueCounts, RedisAwayError } from "./producer.ts";
export { type Relay, startRelay } from "./relay.ts";
export { type Scheduler, startSchedules } from "./schedules.ts";
export { type GiveUpHandlers, type JobHandlers, startWorkers, type Workers } from "./worker.ts";
