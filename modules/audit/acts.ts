import type { ActorKind, Caller } from '../access/callers.ts';

/** What is written down when it is done. The name stays for good: lines with it do. */
export const ACTS = [
  'recording.listen',
  'recording.download',
  'recording.link',
  'recording.send',
  'recording.start',
  'recording.stop',
  'recording.mask',
  'recording.unmask',
  'recording.policy',
  'recording.wish',
  'recording.retention',
  'recording.sealing',
  'recording.hold',
  'recording.release',
  'recording.erase',
  'recording.expire',
  'calls.export',
  'person.sign-in',
  'person.sign-in-refused',
  'person.sign-out',
  'person.password',
  'person.recovery',
  'person.second-factor',
  'person.link',
  'person.unlink',
  'person.add',
  'person.change',
  'person.block',
  'person.unblock',
  'person.delete',
  'person.rules',
  'person.let-in',
  'person.shut-out',
  'project.add',
  'project.change',
  'project.people',
  'project.delete',
  'board.add',
  'board.change',
  'board.revoke',
  'view.share',
  'view.change',
  'view.unshare',
  'view.delete',
  'mailing.add',
  'mailing.change',
  'mailing.delete',
  'mailing.send',
  'mailing.leave',
  'mark.list',
  'mark.tag',
  'mark.note',
  'mark.comment-remove',
  'mark.collection',
  'mark.entry',
  'phone.password',
  'company.add',
  'company.change',
  'company.settings',
  'company.directory',
  'company.directory-export',
  'ads.spend',
  'ads.rule',
  'quality.form',
  'quality.plan',
  'quality.settings',
  'quality.assign',
  'quality.withdraw',
  'quality.submit',
  'quality.accept',
  'quality.appeal',
  'quality.decide',
  'quality.calibration',
  'telephony.change',
  'audit.export',
  'token.issue',
  'token.revoke',
  'transcript.choice',
  'transcript.service',
  'transcript.ask',
  'transcript.read',
  'support.view-as',
  'support.view-end',
] as const;
export type Act = (typeof ACTS)[number];

/** What acts begin with: what they are about. */
export const ACT_GROUPS = [
  'recording',
  'calls',
  'person',
  'project',
  'board',
  'view',
  'mark',
  'company',
  'ads',
  'quality',
  'telephony',
  'phone',
  'token',
  'transcript',
  'support',
  'audit',
] as const;
export type ActGroup = (typeof ACT_GROUPS)[number];

/** Who did it, as the line says. */
export interface Actor {
  by: ActorKind;
  who: string;
  /** their own company; null: the operator's */
  whose: string | null;
  address: string;
}

export function actorOf(caller: Caller): Actor {
  return { by: caller.by, who: caller.name, whose: caller.isViewing ? null : caller.tenant, address: caller.address };
}
