// Every job, as one call into a domain function. A job without a handler does not compile.
import type { GiveUpHandlers, JobHandlers } from "@pixora/jobs";
import { makeExports } from "./account/account.export.ts";
import { mendCounters } from "./audit/audit.service.ts";
import { deleteOldTokens } from "./auth/auth.expiry.ts";
import { sendMails } from "./auth/auth.mail.ts";
import { sendNotices } from "./auth/auth.notice.ts";
import { requestDigests, sendDigests } from "./delivery/delivery.digest.ts";
import { sendMails as sendNotificationMails } from "./delivery/delivery.mail.ts";
import { deleteOldDeliveries, retryDeliveries } from "./delivery/delivery.upkeep.ts";
import { rankTags } from "./explore/explore.trend.ts";
import { dropWindowsOfFacts } from "./feed/feed.drop.ts";
import { pushPosts } from "./feed/feed.fanout.ts";
import { mendWindows } from "./feed/feed.mend.ts";
import { auditHashtagCounts, recountAuthors, sumHashtagMoves } from "./hashtag/hashtag.rows.ts";
import { tellPosts } from "./live/live.post.hint.ts";
import { trimLog } from "./log/log.trim.ts";
import { deleteFiles } from "./media/media.delete.ts";
import { failGivenUp, makeVariants } from "./media/media.make.ts";
import { sweepOrphans } from "./media/media.sweep.ts";
import { purgeEvidence } from "./moderation/moderation.evidence.ts";
import { sendStatements } from "./moderation/moderation.mail.ts";
import { endDecisions } from "./moderation/moderation.reverse.ts";
import { notifyComments, notifyFollows, notifyLikes, notifyMentions } from "./notification/notification.notify.ts";
import {
  removeNotificationsOfBlocks,
  removeNotificationsOfPosts,
  removeOldNotifications,
} from "./notification/notification.remove.ts";
import { reviseSight } from "./notification/notification.sight.ts";
import { deleteOldIdempotencyKeys } from "./platform/call/idempotency.ts";
import type { Deps } from "./platform/process/deps.ts";
import { refoldHashtags } from "./post/post.hashtag.ts";
import { wordPosts } from "./post/post.words.ts";
import { purgeAccounts } from "./purge/purge.account.ts";
import { purgePosts } from "./purge/purge.post.ts";
import { ringMembers } from "./push/push.message.ts";
import { sendPushes } from "./push/push.send.ts";
import { deleteDeadSubscriptions } from "./push/push.service.ts";
import { indexPosts } from "./search/search.index.ts";
import { deleteOldSessions } from "./session/session.service.ts";
import { namePeople } from "./user/user.names.ts";

/** The handlers of a worker, bound to its deps. */
export function createHandlers(deps: Deps): JobHandlers {
  return {
    "notification.notifyLikes": (input) => notifyLikes(deps, input),
    "notification.notifyComments": (input) => notifyComments(deps, input),
    "notification.notifyFollows": (input) => notifyFollows(deps, input),
    "notification.notifyMentions": (input) => notifyMentions(deps, input),
    "notification.removeOfPosts": (input) => removeNotificationsOfPosts(deps, input),
    "notification.removeOfBlocks": (input) => removeNotificationsOfBlocks(deps, input),
    "notification.reviseSight": (input) => reviseSight(deps, input),
    "notification.removeOld": () => removeOldNotifications(deps),
    "notification.sendMails": (input) => sendNotificationMails(deps, input),
    "notification.sendDigests": (input) => sendDigests(deps, input),
    "notification.requestDigests": () => requestDigests(deps),
    "notification.retryDeliveries": () => retryDeliveries(deps),
    "notification.deleteOldDeliveries": () => deleteOldDeliveries(deps),
    "push.sendPushes": (input) => sendPushes(deps, input),
    "push.ringMembers": (input) => ringMembers(deps, input),
    "push.deleteDeadSubscriptions": () => deleteDeadSubscriptions(deps),
    "feed.pushPosts": (input) => pushPosts(deps, input),
    "feed.dropWindows": (input) => dropWindowsOfFacts(deps, input),
    "feed.mendWindows": () => mendWindows(deps),
    "post.purgePosts": (input) => purgePosts(deps, input),
    "hashtag.recountAuthors": (input) => recountAuthors(deps, input),
    "hashtag.sumMoves": () => sumHashtagMoves(deps),
    "hashtag.auditCounts": () => auditHashtagCounts(deps),
    "search.indexPosts": (input) => indexPosts(deps, input),
    "explore.rankTags": () => rankTags(deps),
    "user.namePeople": () => namePeople(deps),
    "post.wordPosts": () => wordPosts(deps),
    "post.refoldHashtags": () => refoldHashtags(deps),
    "post.deleteOldIdempotencyKeys": () => deleteOldIdempotencyKeys(deps),
    "live.tellPosts": (input) => tellPosts(deps, input),
    "live.trimLog": () => trimLog(deps),
    "moderation.sendStatements": (input) => sendStatements(deps, input),
    "moderation.endDecisions": () => endDecisions(deps),
    "moderation.purgeEvidence": () => purgeEvidence(deps),
    "auth.sendMails": (input) => sendMails(deps, input),
    "auth.sendNotices": (input) => sendNotices(deps, input),
    "auth.purgeAccounts": (input) => purgeAccounts(deps, input),
    "auth.makeExports": (input) => makeExports(deps, input),
    "auth.deleteOldSessions": () => deleteOldSessions(deps),
    "auth.deleteOldTokens": () => deleteOldTokens(deps),
    "media.makeVariants": (input) => makeVariants(deps, input),
    "media.deleteFiles": (input) => deleteFiles(deps, input),
    "media.sweepOrphans": () => sweepOrphans(deps),
    "audit.mendCounters": () => mendCounters(deps),
  };
}

/** What a worker still does for facts that a job gives up. */
export function createGiveUpHandlers(deps: Deps): GiveUpHandlers {
  return { "media.makeVariants": (input) => failGivenUp(deps, input) };
}
