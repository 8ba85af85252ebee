package dev.tidewright.gateway;

import dev.tidewright.cluster.DrainGate;
import dev.tidewright.kernel.Name;
import dev.tidewright.serving.Route;
import dev.tidewright.serving.Traffic;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnExpression;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/**
 * All gateways as the control plane sees them, whichever processes they are in (ADR 0012). The one in this process, if
 * there is one, is spoken to directly.
 */
@Component
@ConditionalOnExpression("'${tidewright.role:all}' != 'gateway'")
class SharedTraffic implements Traffic, DrainGate {

    private static final Logger LOG = LoggerFactory.getLogger(SharedTraffic.class);
    private static final long BETWEEN = TimeUnit.MILLISECONDS.toNanos(10);

    /** Longer than a gateway can be silent and count as alive. */
    private static final long LONGEST = SharedRoutes.ALIVE.plusSeconds(2).toNanos();

    private final SharedRoutes routes;
    private final SharedCounts counts;
    private final @Nullable Gateway own;
    private final @Nullable TableFollower follower;
    private final String self;

    SharedTraffic(JdbcClient jdbc, ObjectProvider<Gateway> own, ObjectProvider<TableFollower> follower) {
        this.routes = new SharedRoutes(jdbc);
        this.counts = new SharedCounts(jdbc);
        this.own = own.getIfAvailable();
        this.follower = follower.getIfAvailable();
        this.self = this.own == null ? "" : this.own.id();
    }

    @Override
    public void put(UUID endpoint, Route route) {
        await(routes.put(endpoint, route));
    }

    @Override
    public void remove(UUID endpoint) {
        await(routes.put(endpoint, null));
    }

    /** Ends by itself: a gateway takes the version over, or falls silent. */
    private void await(long version) {
        if (follower != null) {
            follower.reach(version, routes);
        }
        var begun = System.nanoTime();
        for (var behind = routes.behind(version, self); behind > 0; behind = routes.behind(version, self)) {
            if (System.nanoTime() - begun > LONGEST) {
                LOG.warn(
                        "{} gateways do not take over version {} of the routes: replicas go at their drain deadline",
                        behind,
                        version);
                return;
            }
            LockSupport.parkNanos(BETWEEN);
        }
    }

    @Override
    public boolean isDrained(String host, int port) {
        try {
            return (own == null || own.isDrained(host, port)) && routes.drained(host, port, self);
        } catch (DataAccessException cannotBeTold) {
            LOG.debug("a replica at {}:{} goes at its drain deadline: {}", host, port, cannotBeTold.toString());
            return false;
        }
    }

    @Override
    public Optional<Counters> counters(Name namespace, Name endpoint) {
        var others = counts.counted(namespace, endpoint, self).stream().map(SharedCounts.Counted::counters);
        var here = own == null ? Stream.<Counters>of() : own.counters(namespace, endpoint).stream();
        return Stream.concat(here, others).reduce(Sums::add);
    }

    @Override
    public List<Step> recent(Name namespace, Name endpoint) {
        var all = new ArrayList<List<Step>>();
        if (own != null) {
            all.add(own.recent(namespace, endpoint));
        }
        counts.counted(namespace, endpoint, self).forEach(counted -> all.add(counted.recent()));
        return Sums.add(all);
    }
}
