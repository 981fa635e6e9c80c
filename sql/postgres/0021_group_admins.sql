-- Groups of the directory that a person's rights reach, where their role is of groups. By id; one that is not there any more reaches nobody.
ALTER TABLE users ADD COLUMN groups text[] NOT NULL DEFAULT '{}';
