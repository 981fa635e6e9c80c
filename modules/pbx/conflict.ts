/** A form that is right by itself and not together with what is there. */
export class PbxConflict extends Error {
  readonly field: string;
  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}

/** Names what stands in the way, where the store says only which constraint. */
export async function conflicts<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const { code, constraint, detail } = error as { code?: string; constraint?: string; detail?: string };
    if (code !== '23505') throw error;
    const value = /=\(([^)]*)\)/.exec(detail ?? '')?.[1] ?? '';
    if (constraint === 'pbx_numbers_pkey')
      throw new PbxConflict('numbers', `number ${value} belongs to another company, or is there twice`);
    if (constraint === 'pbx_trunks_pkey') throw new PbxConflict('trunks', `trunk id ${value} is taken: choose another`);
    if (constraint === 'pbx_trunk_groups_pkey') throw new PbxConflict('trunkGroups', `trunk group id ${value} is taken: choose another`);
    throw new PbxConflict('', `twice the same: ${value}`);
  }
}
