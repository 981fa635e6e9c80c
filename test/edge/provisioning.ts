import { companies } from '../medium/fixtures.ts';

/** Password of every account of the tests. */
export const PASSWORD = 'a-password-of-the-tests';

interface Telephony {
  tenant: Record<string, unknown>;
  directory: Record<string, unknown>;
  pbx: Record<string, unknown>;
}

const account = (user: string, more: Record<string, unknown> = {}) => ({ user, password: PASSWORD, ...more });
const extension = (number: string, more: Record<string, unknown> = {}) => ({ number, accounts: [number], ...more });

/**
 * The companies of the fixtures with the telephony that their truth.json speaks of, and a little more.
 * @param host where the carrier's phones are
 */
export function telephony(): Record<'t1' | 't2', Telephony> {
  const { t1, t2 } = companies();
  if (!t1 || !t2) throw new Error('the fixtures name t1 and t2');
  return {
    t1: {
      ...t1,
      pbx: {
        callerId: '74951000101',
        recording: { policy: 'answer' },
        limits: { calls: 50, callsPerAccount: 5 },
        accounts: ['101', '102', '103', '104', '105', '106', '107'].map((n) => account(n)).concat([account('108', { status: 'blocked' })]),
        shortNumbers: [
          extension('101'),
          extension('102'),
          extension('103'),
          extension('104', { forward: { unreachable: '106' } }),
          extension('105', { forward: { busy: '106', noAnswer: '103' }, ringSeconds: 5 }),
          extension('106'),
          extension('107'),
          extension('109', { accounts: [], doNotDisturb: true }),
        ],
        groups: [
          { id: 'sales', number: '600', mode: 'all', members: ['102', '103', '104'] },
          { id: 'support', number: '601', mode: 'turn', ringSeconds: 5, members: ['105', '101'], otherwise: '79035550001' },
        ],
        numbers: [
          { number: '74951000101', to: { kind: 'extension', value: '101' } },
          { number: '74951000102', to: { kind: 'group', value: 'sales' } },
          { number: '74951000103', to: { kind: 'outside', value: '79035550001' } },
          { number: '74951000104', to: { kind: 'extension', value: '105' } },
        ],
        blockedPrefixes: ['7809'],
      },
    },
    t2: {
      ...t2,
      pbx: {
        callerId: '74952000201',
        limits: { calls: 2, abroadCallsPerHour: 1, abroadMinutesPerHour: 60 },
        accounts: ['201', '202', '203', '204'].map((n) => account(n)),
        shortNumbers: ['201', '202', '203', '204'].map((n) => extension(n)),
        groups: [{ id: 'all', mode: 'all', members: ['201', '202', '203'] }],
        numbers: [
          { number: '74952000201', to: { kind: 'extension', value: '201' } },
          { number: '74952000202', to: { kind: 'group', value: 'all' } },
        ],
      },
    },
  };
}

/** What the operator gives to both: the carrier calls in from one address and is called at another; one that is dead stands before it. */
export function operatorTrunks(carrier: { from: string; host: string; port: number }, deadPort: number): Record<string, unknown> {
  return {
    trunks: [
      { id: 'in', direction: 'in', host: carrier.from, addresses: [carrier.from] },
      { id: 'dead', direction: 'out', host: carrier.host, port: deadPort, cost: 1 },
      { id: 'carrier', direction: 'out', host: carrier.host, port: carrier.port, cost: 2 },
    ],
    trunkGroups: [{ id: 'cheap', choose: 'cost', trunks: ['carrier', 'dead'] }],
    routes: [
      { prefix: '', through: ['carrier'] },
      { prefix: '7903555009', through: ['#cheap'] },
    ],
    emergency: ['112'],
    blockedPrefixes: ['88'],
  };
}
