-- "Which runs had alpha = 0.5?" Values may be longer than an index bears.
CREATE INDEX run_param_value ON run_param (key, left(value, 100));
