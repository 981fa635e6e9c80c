-- The line to a carrier that a call came or went by, as the edge names it.
ALTER TABLE calls {on_cluster} ADD COLUMN IF NOT EXISTS trunk LowCardinality(String) AFTER record_rule;
ALTER TABLE call_people {on_cluster} ADD COLUMN IF NOT EXISTS trunk LowCardinality(String) AFTER record_rule;
ALTER TABLE people_of_calls {on_cluster} MODIFY QUERY
SELECT tenant, arrayJoin(arrayDistinct(arrayFilter(e -> e != '', arrayPushBack(leg_employee, employee)))) AS person, started_at, id, direction, result,
    missed_kind, caller, dialled, number, answered_by, employee, group_id, ringing_at, answered_at, ended_at, sip_code, hangup_by,
    record_rule, trunk,
    toUInt64(revision) * 2 AS version, 0 AS gone, toDate(written_at) AS written_on
FROM calls;
