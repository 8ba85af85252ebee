package dev.tidewright.gateway;

import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** A gateway that knows no routes answers everything with 404: it is not ready. One with an old table is. */
@Component("table")
@ConditionalOnExpression(Gateway.WANTED)
class TableHealth implements HealthIndicator {

    private final Gateway gateway;

    TableHealth(Gateway gateway) {
        this.gateway = gateway;
    }

    @Override
    public Health health() {
        return gateway.hasTable() ? Health.up().build() : Health.down().build();
    }
}
