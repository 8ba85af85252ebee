-- Where requests go, for gateways in other processes, and what each of them has taken over and counted.

-- One row. Whoever changes a route takes its lock first, so that numbers become visible in their order.
CREATE TABLE route_version (
    id      boolean NOT NULL DEFAULT true
        CONSTRAINT route_version_single CHECK (id),
    version bigint  NOT NULL,
    CONSTRAINT route_version_pk PRIMARY KEY (id)
);
INSERT INTO route_version (version) VALUES (0);

CREATE TABLE route (
    endpoint_id uuid        NOT NULL,
    version     bigint      NOT NULL,
    -- null: the endpoint is gone; kept for a while, so that gateways hear of it
    content     jsonb,
    changed_at  timestamptz NOT NULL,
    CONSTRAINT route_pk PRIMARY KEY (endpoint_id)
);
CREATE INDEX route_by_version ON route (version);
CREATE INDEX route_by_target ON route USING gin ((content -> 'targets') jsonb_path_ops);

CREATE TABLE gateway (
    id       text        NOT NULL,
    -- by the database's clock: there is only one
    seen_at  timestamptz NOT NULL,
    -- it sends nothing to what is not in this version of the table
    applied  bigint      NOT NULL,
    -- requests in flight by address, of addresses that are not in the table any more
    draining jsonb       NOT NULL,
    CONSTRAINT gateway_pk PRIMARY KEY (id)
);

CREATE TABLE gateway_traffic (
    namespace  text  NOT NULL,
    endpoint   text  NOT NULL,
    gateway_id text  NOT NULL CONSTRAINT gateway_traffic_gateway_fk REFERENCES gateway ON DELETE CASCADE,
    counters   jsonb NOT NULL,
    recent     jsonb NOT NULL,
    CONSTRAINT gateway_traffic_pk PRIMARY KEY (namespace, endpoint, gateway_id)
);
CREATE INDEX gateway_traffic_gateway ON gateway_traffic (gateway_id);
