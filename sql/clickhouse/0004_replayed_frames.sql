-- A dead letter that is sent again takes its packet out of the dead ones: its ledger row says dead = -1.
ALTER TABLE ledger_frames {on_cluster} MODIFY COLUMN dead Int32;
ALTER TABLE ledger_days {on_cluster} MODIFY COLUMN dead Int64;
