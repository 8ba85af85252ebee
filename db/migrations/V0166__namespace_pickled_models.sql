-- Whether versions with pickled code may be deployed in it.
ALTER TABLE namespace
    ADD COLUMN pickled_models text NOT NULL DEFAULT 'ALLOWED',
    ADD CONSTRAINT namespace_pickled_models_known CHECK (pickled_models IN ('ALLOWED', 'REFUSED'));
