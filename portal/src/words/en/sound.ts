import type { sound as source } from '../ru/sound.ts';

export const sound: typeof source = {
  group: 'Sound',
  conditions: {
    measured: 'Sound',
    mos: 'MOS',
    oneWay: 'Audibility',
    ownNetwork: "Employees' network",
    farNetwork: "Other party's gateway",
  },
  measuredYes: 'measured',
  measuredNo: 'not measured',
  oneWayYes: 'a side is silent',
  oneWayNo: 'both sides are heard',
  scores: (from, to) => (from !== null && to !== null ? `${from}–${to}` : from !== null ? `from ${from}` : `up to ${to}`),
  worst: {
    title: 'Calls that sounded worst',
    note: 'on the side that heard worse',
    all: 'All that sounded badly',
    loss: 'Loss',
    jitter: 'Jitter',
  },
  noNetwork: 'not known',
  mosMost: 'at most, for example 3.6',
  mosHint: '1 to 4.5; under 3.6 many people are dissatisfied',
  wrongMos: 'A score of 1 to 5 is needed, for example 3.6',
};
