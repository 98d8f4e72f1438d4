-- The keys lie apart from the log.
CREATE DATABASE baken_keys;
