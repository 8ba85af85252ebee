-- The move of an alias that an endpoint has followed last, or was rolled back in spite of: it is not followed again.
ALTER TABLE endpoint ADD COLUMN followed_move bigint;
