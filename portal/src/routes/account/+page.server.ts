import { subjects } from '@callscope/core/bus/streams.ts';
import { KeysMissing } from '@callscope/core/node/objects/master-keys.ts';
import { changeEmail, changePassword, ownAccount } from '@callscope/modules/access/account.ts';
import { tenantScope } from '@callscope/modules/access/callers.ts';
import { linkedAccounts, unlinkAccount } from '@callscope/modules/access/links.ts';
import { passwordFault } from '@callscope/modules/access/password-rules.ts';
import { SignInBusy } from '@callscope/modules/access/passwords.ts';
import { type Proof, recoveryCodesLeft, removeSecondFactor, renewRecoveryCodes } from '@callscope/modules/access/second-factor.ts';
import { endSessions, ownDevices, type Session } from '@callscope/modules/access/sessions.ts';
import { actorOf } from '@callscope/modules/audit/acts.ts';
import { ownRecording, wishRecording } from '@callscope/modules/recordings/wishes.ts';
import { type Deps, deps } from '@callscope/portal/deps.ts';
import { fail, type RequestEvent } from '@sveltejs/kit';
import { requireSession } from '#page/company.ts';
import { EMAIL, fieldsOf } from '#page/sign-in/visitor.ts';
import { beginWith } from '#page/sign-in/with-provider.ts';
import { keepSecret } from '../../cookies.ts';
import type { Actions, PageServerLoad } from './$types';

const MOST_TRIES = 10;

export const load: PageServerLoad = async (event) => {
  const session = requireSession(event);
  const { db, providers } = deps();
  const [account, devices, codesLeft, linked, recording] = await Promise.all([
    ownAccount(db, session),
    ownDevices(db, session),
    recoveryCodesLeft(db, session),
    linkedAccounts(db, session),
    recordingOf(session),
  ]);
  const { login, hasSecondFactor, role, tenant } = session;
  return {
    account: { login, ...account, hasSecondFactor, codesLeft, isCompanyAdmin: role === 'admin' && tenant !== null },
    devices: devices.map((d) => ({ ...d, isThis: d.id === session.id })),
    providers: providers.list.map(({ id, name }) => ({ id, name, linked: linked.find((l) => l.provider === id)?.name ?? null })),
    /** of one's own calls; null: they have none */
    recording,
    says: event.url.searchParams.get('says'),
  };
};

/** The employee that the person is, where they talk; null: nobody, or they look as somebody. */
function employeeOf(session: Session) {
  const { employee, tenant, view, caller } = session;
  const scope = tenant === null || view !== null ? null : tenantScope(caller, tenant, 'recordings:begin');
  return employee === null || scope === null ? null : { employee, scope };
}

async function recordingOf(session: Session) {
  const own = employeeOf(session);
  const { db, clock } = deps();
  return own && ownRecording(db, own.scope, own.employee, new Date(clock.now()));
}

/** A stolen session must not try passwords and codes without end. */
function mayTry(session: Session): boolean {
  const { attempts, clock } = deps();
  return attempts.take(`own ${session.userId}`, MOST_TRIES, clock.now());
}

/** Does what takes both the password and a code; what was wrong is an answer of the form. */
async function withFactor<T extends object>(
  event: RequestEvent,
  act: (db: Deps['db'], factors: Deps['factors'], session: Session, proof: Proof, now: number) => Promise<T | 'password' | 'code'>,
) {
  const session = requireSession(event);
  const proof = await fieldsOf(event.request, ['password', 'code']);
  if (!mayTry(session)) return fail(429, { factor: 'tooMany' as const });
  const { db, clock, factors, attempts, log } = deps();
  try {
    const done = await act(db, factors, session, proof, clock.now());
    if (done === 'password') return fail(401, { factor: 'wrongPassword' as const });
    if (done === 'code') return fail(401, { factor: 'wrongCode' as const });
    attempts.clear(`own ${session.userId}`);
    return done;
  } catch (error) {
    if (error instanceof SignInBusy) return fail(429, { factor: 'busy' as const });
    if (!(error instanceof KeysMissing)) throw error;
    log.error('codes of the second step of sign-in cannot be checked', { error: error.message });
    return fail(503, { factor: 'keys' as const });
  }
}

export const actions: Actions = {
  always: async (event) => {
    const session = requireSession(event);
    const { on } = await fieldsOf(event.request, ['on']);
    const own = employeeOf(session);
    const { db, bus, clock } = deps();
    const actor = actorOf(session.caller);
    const isDone = own && (await wishRecording(db, own.scope, actor, own.employee, on === 'on', new Date(clock.now())));
    if (!own || !isDone) return fail(409, { always: 'refused' as const });
    bus.nc.publish(subjects.told(own.scope.tenant));
    return { always: 'saved' as const };
  },
  password: async (event) => {
    const session = requireSession(event);
    const { present, next } = await fieldsOf(event.request, ['present', 'next']);
    const fault = await passwordFault(next, [session.login]);
    if (fault !== null) return fail(400, { password: fault === 'known' ? ('known' as const) : ('short' as const) });
    if (!mayTry(session)) return fail(429, { password: 'tooMany' as const });
    const { db, clock, attempts } = deps();
    try {
      const token = await changePassword(db, session, present, next, clock.now());
      if (token === null) return fail(401, { password: 'wrongPassword' as const });
      attempts.clear(`own ${session.userId}`);
      keepSecret(event, 'session', token);
      return { password: 'changed' as const };
    } catch (error) {
      if (error instanceof SignInBusy) return fail(429, { password: 'busy' as const });
      throw error;
    }
  },
  email: async (event) => {
    const session = requireSession(event);
    const { email, present } = await fieldsOf(event.request, ['email', 'present']);
    const address = email.trim();
    if (address !== '' && !EMAIL.test(address)) return fail(400, { email: 'badEmail' as const });
    if (!mayTry(session)) return fail(429, { email: 'tooMany' as const });
    const { db, attempts } = deps();
    try {
      if (!(await changeEmail(db, session, present, address === '' ? null : address)))
        return fail(401, { email: 'wrongPassword' as const });
      attempts.clear(`own ${session.userId}`);
      return { email: 'emailSaved' as const };
    } catch (error) {
      if (error instanceof SignInBusy) return fail(429, { email: 'busy' as const });
      throw error;
    }
  },
  end: async (event) => {
    const session = requireSession(event);
    const { id } = await fieldsOf(event.request, ['id']);
    if (!/^\d{1,18}$/.test(id) || id === session.id) return fail(400, { devices: null });
    await endSessions(deps().db, session, { id });
    return { devices: 'ended' as const };
  },
  endOthers: async (event) => {
    await endSessions(deps().db, requireSession(event), 'others');
    return { devices: 'endedOthers' as const };
  },
  turnOff: async (event) => {
    const done = await withFactor(event, removeSecondFactor);
    if (!('token' in done)) return done;
    keepSecret(event, 'session', done.token);
    return { factor: 'turnedOff' as const };
  },
  newCodes: async (event) => {
    const done = await withFactor(event, renewRecoveryCodes);
    return Array.isArray(done) ? { codes: done } : done;
  },
  link: async (event) => {
    const session = requireSession(event);
    const { provider } = await fieldsOf(event.request, ['provider']);
    return { address: await beginWith(event, provider, session) };
  },
  unlink: async (event) => {
    const session = requireSession(event);
    const { provider } = await fieldsOf(event.request, ['provider']);
    await unlinkAccount(deps().db, session, provider);
    return { links: 'unlinked' as const };
  },
};
