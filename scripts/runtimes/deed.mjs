// What an app does with the SDK, in code that every runtime takes: it is run by each of them against a real server. Each
// step ends with a line of its own or throws. `control` is the stage's own address: it likes as another person, cuts every
// connection, and gives a picture.

/** Rejects with what it waited for. */
function within(ms, what, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for ${what}`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

function check(isRight, what) {
  if (!isRight) throw new Error(`it is not so: ${what}`);
}

async function until(what, isSo) {
  for (let attempt = 0; attempt < 300; attempt += 1) {
    if (isSo()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`waited in vain: ${what}`);
}

/** Opens the personal stream, has it cut, and hears each like once. */
async function follow(pixora, { ask, transport }) {
  const heard = [];
  let isReady = false;
  let failure = null;
  const stream = pixora.live.onEvent.subscribe(undefined, {
    onData({ data }) {
      if (data.type === "ready") isReady = true;
      if (data.type === "notification.created") heard.push(data.notification.postId);
    },
    onError(error) {
      failure = error;
    },
  });
  const mayGoOn = () => {
    if (failure !== null) throw failure;
    return true;
  };
  await until(`${transport} is ready`, () => mayGoOn() && isReady);
  const first = await pixora.post.create.mutate({ caption: `over ${transport}` });
  const counts = [];
  const open = pixora.live.onPost.subscribe({ postId: first.id }, { onData: (event) => counts.push(event) });
  await until("the counts of the open post", () => counts.length > 0);
  await ask(`/like?postId=${first.id}`);
  await until("the like is heard", () => mayGoOn() && heard.length === 1);
  await until("the open post counts it", () => counts.some((event) => event.likeCount === 1));
  open.unsubscribe();
  const second = await pixora.post.create.mutate({ caption: "missed, and caught up with" });
  await ask("/cut");
  await ask(`/like?postId=${second.id}`);
  await until("the like that fell into the gap is heard", () => mayGoOn() && heard.length === 2);
  check(heard[0] === first.id && heard[1] === second.id, "each like is heard once, in order");
  stream.unsubscribe();
}

async function abort(pixora) {
  const controller = new AbortController();
  const reason = new Error("the person went on");
  const call = pixora.feed.home.query({ limit: 3 }, { signal: controller.signal });
  const other = pixora.user.me.query();
  controller.abort(reason);
  const error = await within(
    5_000,
    "the aborted call",
    call.then(
      () => null,
      (thrown) => thrown,
    ),
  );
  check(error !== null, "an aborted call rejects");
  check(error === reason || error.cause === reason || error.message === reason.message, "it tells the reason");
  check((await other).handle.length > 0, "its neighbour in the batch is answered");
}

/** All of it. `sdk` is the module; `say` gets the name of each step that is done. */
export async function walk({ sdk, url, control, login, password, transports, options = {}, say }) {
  const { createPixora, isPixoraError, isConnectionError, memorySession, paginate } = sdk;
  const ask = async (path) => {
    const answer = await fetch(`${control}${path}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const session = memorySession();
  const pixora = createPixora({ url, session, ...options });
  const { user } = await pixora.auth.signIn.mutate({ login, password });
  check(user.handle === login, "signed in");
  say("sign-in");

  const post = await pixora.post.create.mutate({ caption: "from here" });
  let found = 0;
  for await (const one of paginate(pixora.feed.home, { limit: 1 })) {
    found += one.id === post.id ? 1 : 0;
    if (found > 0) break;
  }
  check(found === 1, "the post is in the feed");
  const liked = await pixora.like.create.mutate({ postId: post.id });
  check(liked.isLiked && liked.likeCount === 1, "the like counts");
  say("page and like");

  const error = await pixora.post.byId.query({ postId: "1" }).catch((thrown) => thrown);
  check(isPixoraError(error, "post.notFound") && !isConnectionError(error), "the error has its code");
  say("typed error");

  await abort(pixora);
  say("abort");

  const bytes = new Uint8Array(await (await ask("/picture")).arrayBuffer());
  const picture = await within(30_000, "the picture", pixora.media.upload(bytes, { purpose: "post" }));
  check(picture.state === "ready", "the picture is ready");
  say("upload");

  for (const transport of transports) {
    const own = createPixora({ url, session, ...options, transport });
    await follow(own, { ask, transport });
    await own.close();
    say(`stream over ${transport}, dropped and resumed`);
  }

  await pixora.close();
  const late = await within(
    5_000,
    "the call after close",
    pixora.user.me.query().then(
      () => null,
      (thrown) => thrown,
    ),
  );
  check(late !== null, "a call after close rejects");
  say("close");
}
