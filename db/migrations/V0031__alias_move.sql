-- Every move of an alias, for ever; also the answer to "which version was champion on that day". The newest row of an
-- alias is where it points now; its id is the ETag of the alias.
CREATE TABLE alias_move (
    id          bigint GENERATED ALWAYS AS IDENTITY,
    model_id    uuid        NOT NULL,
    alias       text        NOT NULL,
    from_number int,
    to_number   int,
    at          timestamptz NOT NULL,
    actor       text        NOT NULL,
    reason      text        NOT NULL,
    CONSTRAINT alias_move_pk PRIMARY KEY (id),
    CONSTRAINT alias_move_model_fk FOREIGN KEY (model_id) REFERENCES model (id),
    CONSTRAINT alias_move_to_fk FOREIGN KEY (model_id, to_number) REFERENCES model_version (model_id, number)
);
CREATE INDEX alias_move_when ON alias_move (model_id, alias, at DESC, id DESC);

-- Where aliases point now; written together with alias_move under the lock of the model's row.
CREATE TABLE model_alias (
    model_id uuid   NOT NULL,
    alias    text   NOT NULL,
    number   int    NOT NULL,
    move_id  bigint NOT NULL,
    CONSTRAINT model_alias_pk PRIMARY KEY (model_id, alias),
    CONSTRAINT model_alias_version_fk FOREIGN KEY (model_id, number) REFERENCES model_version (model_id, number),
    CONSTRAINT model_alias_move_fk FOREIGN KEY (move_id) REFERENCES alias_move (id)
);
