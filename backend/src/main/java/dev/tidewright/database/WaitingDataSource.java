package dev.tidewright.database;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Lets a burst of requests queue for a connection, but not for a database that is away: the pool is asked again and again
 * while it has connections to wait for, and no more as soon as it has none.
 */
final class WaitingDataSource extends DelegatingDataSource {

    /** Of the pool's own connection timeout each. */
    private static final int LONGEST = 8;

    private final HikariDataSource pool;

    WaitingDataSource(HikariDataSource pool) {
        super(pool);
        this.pool = pool;
    }

    @Override
    public Connection getConnection() throws SQLException {
        for (var waits = 1; ; waits++) {
            try {
                return pool.getConnection();
            } catch (SQLTransientConnectionException timedOut) {
                if (waits == LONGEST || pool.getHikariPoolMXBean().getTotalConnections() == 0) {
                    throw timedOut;
                }
            }
        }
    }
}
