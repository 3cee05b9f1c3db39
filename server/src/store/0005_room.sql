-- What a device last said of its room: how full it is, and whether the browser promised not to clear it (1) or not (0).
alter table replica add column full_percent integer;
alter table replica add column lasting integer;
