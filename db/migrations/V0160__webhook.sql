-- Who outside is told what happens in the registry of a namespace, what is to be sent there, and what became of it.
CREATE TABLE webhook (
    id          uuid        NOT NULL,
    version     bigint      NOT NULL,
    namespace   text        NOT NULL,
    name        text        NOT NULL,
    description text        NOT NULL,
    url         text        NOT NULL,
    events      jsonb       NOT NULL,
    status      text        NOT NULL,
    -- Sealed: nobody reads it here. Null: what is sent is not signed.
    secret      bytea,
    created_at  timestamptz NOT NULL,
    created_by  text        NOT NULL,
    updated_at  timestamptz NOT NULL,
    -- How many times in a row the receiver did not answer, and until when it is left in peace for that.
    silences    int         NOT NULL DEFAULT 0,
    rests_until timestamptz,
    CONSTRAINT webhook_pk PRIMARY KEY (id),
    CONSTRAINT webhook_status_known CHECK (status IN ('ACTIVE', 'DISABLED'))
);
CREATE INDEX webhook_namespace ON webhook (namespace, id);

CREATE TABLE webhook_delivery (
    id         uuid        NOT NULL,
    webhook_id uuid        NOT NULL,
    -- The order in which things happened, as far as it matters: of one model exactly.
    seq        bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    event      text        NOT NULL,
    subject    text        NOT NULL,
    -- As it is sent, at each attempt the same.
    body       text        NOT NULL,
    test       boolean     NOT NULL,
    status     text        NOT NULL,
    -- Attempts since it was made, or since somebody asked for it again.
    attempts   int         NOT NULL DEFAULT 0,
    made_at    timestamptz NOT NULL,
    asked_at   timestamptz NOT NULL,
    next_at    timestamptz,
    ended_at   timestamptz,
    -- Why it was given up.
    reason     text        NOT NULL DEFAULT '',
    CONSTRAINT webhook_delivery_pk PRIMARY KEY (id),
    CONSTRAINT webhook_delivery_webhook_fk FOREIGN KEY (webhook_id) REFERENCES webhook (id) ON DELETE CASCADE,
    CONSTRAINT webhook_delivery_status_known CHECK (status IN ('WAITING', 'DELIVERED', 'GIVEN_UP')),
    CONSTRAINT webhook_delivery_waits_for_a_time CHECK ((status = 'WAITING') = (next_at IS NOT NULL))
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (webhook_id, next_at, seq) WHERE status = 'WAITING';
CREATE INDEX webhook_delivery_log ON webhook_delivery (webhook_id, seq DESC);
CREATE INDEX webhook_delivery_ended ON webhook_delivery (webhook_id, ended_at) WHERE status <> 'WAITING';

CREATE TABLE webhook_attempt (
    delivery_id uuid        NOT NULL,
    number      int         NOT NULL,
    at          timestamptz NOT NULL,
    -- Of the answer; null where there was none.
    http_status int,
    error       text        NOT NULL,
    millis      bigint      NOT NULL,
    CONSTRAINT webhook_attempt_pk PRIMARY KEY (delivery_id, number),
    CONSTRAINT webhook_attempt_delivery_fk FOREIGN KEY (delivery_id) REFERENCES webhook_delivery (id) ON DELETE CASCADE
);

-- What secrets are sealed with where TIDEWRIGHT_SECRET_KEY is not set. Made here, where nothing rolls it back that goes on using
-- it. Each of the ids has 122 bits of the server's strong randomness.
INSERT INTO signing_key (name, key)
SELECT 'secrets', sha256(convert_to(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'));
