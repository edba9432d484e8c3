import assert from 'node:assert/strict';
import fc from 'fast-check';
import { concatBytes } from '../../protocol/bytes.ts';
import { encodeAmf0 } from './amf0.ts';
import { stringField } from './command.ts';
import { defaultLimits, type RtmpLimits } from './limits.ts';
import { MessageType, userControl, UserEvent, windowAckSize } from './message.ts';
import { writeChunks } from './chunk-writer.ts';
import {
  type FlvTag,
  type PublishDecision,
  type PublishRequest,
  type PublishSession,
  UnsupportedMedia,
} from './seam.ts';
import { RtmpSession } from './session.ts';
import { clientHandshake, command, connect, Hearing, message, opening, publish } from './testing/encoder.ts';
import { fuzz } from './testing/fuzz.ts';

/** A session without a socket: what it heard, said, logged, and a clock to turn. */
class Stage {
  readonly heard = new Hearing();
  readonly closes: boolean[] = [];
  readonly tags: FlvTag[] = [];
  readonly ends: [string, boolean][] = [];
  readonly logs: string[] = [];
  readonly requests: PublishRequest[] = [];
  handle: PublishSession | undefined;
  now = 0;
  onTag: (tag: FlvTag) => void = () => {};
  decide: () => Promise<PublishDecision> = () => Promise.resolve({ ok: true, sink: this.sink });
  readonly sink = {
    tag: (tag: FlvTag) => {
      this.tags.push(tag);
      this.onTag(tag);
    },
    ended: (reason: string, polite: boolean) => void this.ends.push([reason, polite]),
  };
  readonly session: RtmpSession;

  constructor(limits: Partial<RtmpLimits> = {}) {
    this.session = new RtmpSession(7, '192.0.2.1:5', { ...defaultLimits, ...limits }, {
      send: (bytes) => this.heard.push(bytes),
      close: (polite) => void this.closes.push(polite),
      authorise: (request, session) => {
        this.requests.push(request);
        this.handle = session;
        return this.decide();
      },
      log: (level, text, fields) => void this.logs.push(`${level} ${text} ${JSON.stringify(fields)}`),
      now: () => this.now,
      random: (bytes) => void bytes.fill(1),
    });
  }

  /** As the connection does it: reads on only when the session is ready. */
  async push(...parts: Uint8Array[]): Promise<this> {
    for (const part of parts) {
      this.session.push(part);
      await this.session.ready;
    }
    return this;
  }

  static publishing(limits?: Partial<RtmpLimits>): Promise<Stage> {
    return new Stage(limits).push(opening('live', 'demo?key=K'));
  }
}

const video = (...bytes: number[]) => message(MessageType.Video, new Uint8Array(bytes), 40);
const gate = () => Promise.withResolvers<PublishDecision>();

Deno.test('an encoder is led from the handshake to Publish.Start, in the order it expects', async () => {
  const stage = await Stage.publishing();
  assert.ok(stage.heard.handshakeDone);
  assert.deepEqual(stage.heard.commands.map(([name, transaction]) => [name, transaction]), [
    ['_result', 1],
    ['_result', 2],
    ['_result', 3],
    ['onFCPublish', 0],
    ['_result', 4],
    ['onStatus', 0],
  ]);
  assert.equal(stringField(stage.heard.commands[0]![3], 'code'), 'NetConnection.Connect.Success');
  assert.equal(stage.heard.commands[4]![3], 1);
  assert.deepEqual(stage.heard.codes, ['NetStream.Publish.Start']);
  const types = stage.heard.messages.map((heard) => heard.type);
  assert.deepEqual(types.slice(0, 2), [MessageType.WindowAckSize, MessageType.SetPeerBandwidth]);
  assert.equal(types.at(-2), MessageType.UserControl);
  assert.equal(stage.session.state, 'publishing');
});

Deno.test('the owner is asked with app, channel, key, address and session, and the log never holds the key', async () => {
  const stage = await new Stage().push(opening('live/demo', 'Secret-1'));
  assert.deepEqual(stage.requests, [
    { app: 'live', channel: 'demo', key: 'Secret-1', remote: '192.0.2.1:5', session: 7 },
  ]);
  stage.session.gone('test');
  assert.ok(stage.logs.length >= 2);
  assert.ok(stage.logs.every((line) => !line.includes('Secret')));
});

Deno.test('media after Publish.Start reaches the sink', async () => {
  const stage = await (await Stage.publishing()).push(
    message(MessageType.DataAmf0, encodeAmf0('@setDataFrame', 'onMetaData', { width: 4 })),
    video(0x17, 0),
    message(MessageType.Audio, new Uint8Array([0xaf]), 60),
  );
  assert.deepEqual(stage.tags.map((tag) => [tag.type, tag.timestampMs]), [['data', 0], ['video', 40], [
    'audio',
    60,
  ]]);
});

Deno.test('no media is taken and Publish.Start is not said before the owner has decided', async () => {
  const stage = new Stage();
  const { promise, resolve } = gate();
  stage.decide = () => promise;
  stage.session.push(concatBytes(opening('live', 'demo?key=K'), video(1), video(2)));
  assert.deepEqual([stage.tags, stage.heard.codes, stage.session.state], [[], [], 'authorising']);
  resolve({ ok: true, sink: stage.sink });
  await stage.session.ready;
  assert.deepEqual(stage.heard.codes, ['NetStream.Publish.Start']);
  assert.deepEqual(stage.tags.map((tag) => tag.body[0]), [1, 2]);
});

Deno.test('media before publish is dropped', async () => {
  const stage = await new Stage().push(
    clientHandshake(),
    connect('live'),
    video(9),
    publish('demo?key=K'),
    video(1),
  );
  assert.deepEqual(stage.tags.map((tag) => tag.body[0]), [1]);
});

const refusals = [
  ['denied', 'NetStream.Publish.Denied'],
  ['duplicate', 'NetStream.Publish.BadName'],
  ['unavailable', 'NetStream.Failed'],
] as const;
for (const [code, said] of refusals) {
  Deno.test(`a publish refused as ${code} is told as ${said} with the reason, and closed politely`, async () => {
    const stage = new Stage();
    stage.decide = () => Promise.resolve({ ok: false, code, reason: 'because' });
    await stage.push(opening('live', 'demo?key=K'), video(1));
    assert.deepEqual(stage.heard.codes, [said]);
    assert.equal(stage.heard.description, 'because');
    assert.deepEqual([stage.closes, stage.tags, stage.ends], [[true], [], []]);
  });
}

Deno.test('an owner that fails refuses, and its error stays in the log', async () => {
  const stage = new Stage();
  stage.decide = () => Promise.reject(new Error('edge is down'));
  await stage.push(opening('live', 'demo?key=K'));
  assert.deepEqual(stage.heard.codes, ['NetStream.Failed']);
  assert.match(stage.heard.description, /could not be checked/);
  assert.ok(stage.logs.some((line) => line.includes('edge is down')));
});

Deno.test('a path that names no channel or no key is refused without asking the owner', async () => {
  for (const [name, rule] of [['', /name a channel/], ['demo', /stream key is missing/]] as const) {
    const stage = await new Stage().push(opening('live', name));
    assert.deepEqual(stage.heard.codes, ['NetStream.Publish.Denied']);
    assert.match(stage.heard.description, rule);
    assert.deepEqual(stage.requests, []);
  }
});

Deno.test('media that the sink does not support ends the session with the reason', async () => {
  const stage = await Stage.publishing();
  stage.onTag = () => {
    throw new UnsupportedMedia('video codec must be H.264, got VP6');
  };
  await stage.push(concatBytes(video(0x14), video(0x14)));
  assert.equal(stage.heard.codes.at(-1), 'NetStream.Publish.Rejected');
  assert.equal(stage.heard.description, 'video codec must be H.264, got VP6');
  assert.deepEqual(stage.ends, [['video codec must be H.264, got VP6', false]]);
  assert.equal(stage.tags.length, 1);
});

Deno.test('a sink that breaks ends its own session, as an internal error that the encoder does not see', async () => {
  const stage = await Stage.publishing();
  stage.onTag = () => {
    throw new Error('null is not an object');
  };
  await stage.push(video(1));
  assert.deepEqual(stage.ends, [['internal error', false]]);
  assert.deepEqual(stage.closes, [false]);
  assert.ok(stage.logs.some((line) => line.startsWith('error') && line.includes('null is not an object')));
});

Deno.test('a sink that breaks in its end throws nothing at the connection', async () => {
  for (
    const finish of [
      (stage: Stage) => stage.session.gone('test'),
      (stage: Stage) => stage.handle!.drop('test'),
    ]
  ) {
    const stage = await Stage.publishing();
    stage.sink.ended = () => {
      throw new Error('too late');
    };
    finish(stage);
    assert.equal(stage.session.state, 'closed');
    assert.ok(stage.logs.some((line) => line.includes('too late')));
  }
});

for (const goodbye of ['FCUnpublish', 'closeStream', 'deleteStream']) {
  Deno.test(`${goodbye} ends the publish politely and keeps the connection for a while`, async () => {
    const stage = await (await Stage.publishing()).push(command(goodbye, 6, null, 'demo'), video(1));
    assert.deepEqual(stage.ends, [['the encoder ended the publish', true]]);
    assert.equal(stage.heard.codes.at(-1), 'NetStream.Unpublish.Success');
    assert.deepEqual([stage.tags, stage.closes], [[], []]);
    stage.now = defaultLimits.lingerMs - 1;
    stage.session.tick();
    assert.deepEqual(stage.closes, []);
    stage.now++;
    stage.session.tick();
    assert.deepEqual(stage.closes, [true]);
  });
}

Deno.test('all the goodbyes of one encoder end its publish once', async () => {
  const stage = await (await Stage.publishing()).push(
    command('FCUnpublish', 6, null, 'demo'),
    command('closeStream', 0, null),
    command('deleteStream', 7, null, 1),
  );
  stage.session.gone('closed');
  assert.equal(stage.ends.length, 1);
});

Deno.test('after unpublish a connection may publish again', async () => {
  const stage = await (await Stage.publishing()).push(command('closeStream', 0, null));
  await stage.push(publish('other?key=K2'), video(1));
  assert.deepEqual(stage.requests.map((request) => request.channel), ['demo', 'other']);
  assert.equal(stage.tags.length, 1);
});

Deno.test('the handle of a publish that is over drops nothing', async () => {
  const stage = await Stage.publishing();
  const first = stage.handle!;
  await stage.push(command('closeStream', 0, null), publish('other?key=K2'));
  first.drop('too late');
  assert.equal(stage.session.state, 'publishing');
  stage.handle!.drop('now');
  assert.equal(stage.session.state, 'closed');
});

Deno.test('a dropped session is told why, its sink hears it before drop returns, and only once', async () => {
  const stage = await Stage.publishing();
  assert.equal(stage.handle!.id, 7);
  stage.handle!.drop('a new session took over');
  assert.deepEqual(stage.ends, [['a new session took over', false]]);
  stage.handle!.drop('again');
  stage.session.gone('closed');
  assert.equal(stage.ends.length, 1);
  assert.equal(stage.heard.codes.at(-1), 'NetStream.Publish.Rejected');
  assert.equal(stage.heard.description, 'a new session took over');
  assert.deepEqual(stage.closes, [true]);
});

for (
  const [how, finish] of [
    ['is dropped', (stage: Stage) => stage.handle!.drop('over')],
    ['goes away', (stage: Stage) => stage.session.gone('over')],
  ] as const
) {
  Deno.test(`a session that ${how} before it is decided never starts, and its sink is ended at once`, async () => {
    const stage = new Stage();
    const { promise, resolve } = gate();
    stage.decide = () => promise;
    stage.session.push(opening('live', 'demo?key=K'));
    const ready = stage.session.ready;
    finish(stage);
    await ready;
    resolve({ ok: true, sink: stage.sink });
    await promise;
    await Promise.resolve();
    assert.deepEqual(stage.ends, [['over', false]]);
    assert.ok(!stage.heard.codes.includes('NetStream.Publish.Start'));
  });
}

Deno.test('play is refused clearly', async () => {
  const stage = await new Stage().push(
    clientHandshake(),
    connect('live'),
    command('createStream', 2, null),
    command('play', 3, null, 'demo'),
  );
  assert.deepEqual(stage.heard.codes, ['NetStream.Play.Failed']);
  assert.match(stage.heard.description, /does not play/);
  assert.deepEqual(stage.closes, [true]);
});

Deno.test('commands out of order end the session', async () => {
  const start = clientHandshake();
  const cases: [Uint8Array, RegExp][] = [
    [concatBytes(start, publish('demo?key=K')), /connect must be the first command/],
    [concatBytes(start, connect('live'), connect('live')), /connect may be sent once/],
    [concatBytes(opening('live', 'demo?key=K'), publish('two?key=K')), /one stream at a time/],
    [concatBytes(start, command(5)), /must begin with its name/],
  ];
  for (const [bytes, rule] of cases) {
    const stage = await new Stage().push(bytes);
    assert.deepEqual(stage.closes, [false]);
    assert.match(stage.logs.at(-1)!, rule);
    assert.ok(stage.logs.at(-1)!.startsWith('warn'));
  }
});

Deno.test('unknown commands and messages are ignored', async () => {
  const stage = await (await Stage.publishing()).push(
    command('_checkbw', 9, null),
    message(MessageType.Acknowledgement, new Uint8Array(4)),
    message(99, new Uint8Array(40)),
    video(1),
  );
  assert.equal(stage.tags.length, 1);
});

Deno.test('a ping is answered with its own time', async () => {
  const ping = writeChunks(userControl(UserEvent.PingRequest, 0x01020304), 2, 128);
  const stage = await (await Stage.publishing()).push(ping);
  const answer = stage.heard.messages.at(-1)!;
  assert.equal(answer.type, MessageType.UserControl);
  assert.deepEqual([...answer.payload], [0, 7, 1, 2, 3, 4]);
});

Deno.test('bytes are acknowledged by the window that the encoder asks for', async () => {
  const stage = await (await Stage.publishing()).push(writeChunks(windowAckSize(1000), 2, 128));
  const acks = () => stage.heard.messages.filter((heard) => heard.type === MessageType.Acknowledgement);
  const before = acks().length;
  await stage.push(message(MessageType.Video, new Uint8Array(900)));
  assert.equal(acks().length, before);
  await stage.push(message(MessageType.Video, new Uint8Array(900)));
  assert.equal(acks().length, before + 1);
});

Deno.test('before a publish is accepted, a message may not be larger than a command', async () => {
  const large = message(MessageType.Video, new Uint8Array(defaultLimits.maxCommandBytes + 1));
  const early = await new Stage().push(clientHandshake(), connect('live'), large);
  assert.equal(early.session.state, 'closed');
  const late = await (await Stage.publishing()).push(large);
  assert.equal(late.tags.length, 1);
});

const waits: [state: string, limit: keyof RtmpLimits, parts: Uint8Array[]][] = [
  ['the handshake', 'handshakeWithinMs', [clientHandshake().subarray(0, 2000)]],
  ['connect', 'publishWithinMs', [clientHandshake()]],
  ['publish', 'publishWithinMs', [clientHandshake(), connect('live'), command('createStream', 2, null)]],
  ['media', 'idleMs', [opening('live', 'demo?key=K')]],
];
for (const [what, limit, parts] of waits) {
  Deno.test(`a session that waits too long for ${what} ends`, async () => {
    const stage = await new Stage().push(...parts);
    stage.now = defaultLimits[limit] - 1;
    stage.session.tick();
    assert.notEqual(stage.session.state, 'closed');
    stage.now++;
    stage.session.tick();
    assert.equal(stage.session.state, 'closed');
  });
}

Deno.test('a key that nobody checks in time is refused', async () => {
  const stage = new Stage();
  stage.decide = () => gate().promise;
  stage.session.push(opening('live', 'demo?key=K'));
  stage.now = defaultLimits.authoriseWithinMs;
  stage.session.tick();
  assert.deepEqual(stage.heard.codes, ['NetStream.Failed']);
  assert.match(stage.heard.description, /could not be checked within 15 s/);
});

Deno.test('media keeps a session awake, pings and metadata do not', async () => {
  const stage = await Stage.publishing();
  stage.now = defaultLimits.idleMs - 1;
  await stage.push(video(1));
  stage.now += defaultLimits.idleMs - 1;
  await stage.push(message(MessageType.DataAmf0, encodeAmf0('onMetaData', {})), command('ping', 0, null));
  stage.session.tick();
  assert.equal(stage.session.state, 'publishing');
  stage.now++;
  stage.session.tick();
  assert.equal(stage.session.state, 'closed');
});

Deno.test('a closed session takes nothing and says nothing', async () => {
  const stage = await Stage.publishing();
  stage.session.gone('over');
  const said = stage.heard.messages.length;
  await stage.push(video(1), command('createStream', 9, null), new Uint8Array(5000).fill(255));
  stage.session.tick();
  stage.session.gone('again');
  assert.deepEqual([stage.heard.messages.length, stage.tags.length, stage.closes.length], [said, 0, 1]);
});

Deno.test('any order of commands, media and noise leaves the session publishing, waiting or closed with its sink ended', async () => {
  const step = fc.oneof(
    {
      weight: 12,
      arbitrary: fc.constantFrom(
        publish('demo?key=K'),
        publish('demo/K'),
        command('createStream', 2, null),
        command('FCUnpublish', 3, null),
        command('deleteStream', 4, null, 1),
        command('play', 5, null, 'x'),
        video(1, 2, 3),
        message(MessageType.Aggregate, new Uint8Array([8, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 12])),
        connect('again'),
        message(MessageType.UserControl, new Uint8Array([0, 6, 0, 0, 0, 1])),
        message(MessageType.UserControl, new Uint8Array([0])),
      ),
    },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 50 }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 15 }), fc.boolean(), async (steps, ok) => {
      const stage = new Stage();
      if (!ok) stage.decide = () => Promise.resolve({ ok: false, code: 'denied', reason: 'no' });
      await stage.push(clientHandshake(), connect('live'), ...steps);
      stage.session.gone('end of test');
      assert.equal(stage.ends.length, ok ? stage.requests.length : 0);
      assert.equal(stage.closes.length, 1);
      assert.ok(stage.logs.every((line) => !line.startsWith('error')), stage.logs.join('\n'));
    }),
    fuzz,
  );
});
