package dev.tidewright.tenancy;

import dev.tidewright.kernel.Refusal;
import java.util.UUID;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** How many bytes of artifacts each namespace keeps. Joins the caller's transaction. */
@Component
public class StorageLedger {

    private final JdbcClient jdbc;

    StorageLedger(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Bytes that fit in just now. */
    public long free(Namespace namespace) {
        return free(namespace, used(namespace));
    }

    /** From now on nobody else counts bytes of this namespace, until the transaction ends. */
    public void lock(Namespace namespace) {
        usedForUpdate(namespace.id());
    }

    /**
     * Counts bytes; negative gives back.
     *
     * @throws Refusal.OverQuota when they do not fit
     */
    public void charge(Namespace namespace, long bytes) {
        var used = usedForUpdate(namespace.id());
        if (bytes > free(namespace, used)) {
            throw refusal(namespace, used, bytes);
        }
        jdbc.sql("UPDATE namespace_storage SET bytes = ? WHERE namespace_id = ?")
                .params(Math.max(0, used + bytes), namespace.id())
                .update();
    }

    /** What to tell who wants more than is free. */
    public Refusal refusal(Namespace namespace, long bytes) {
        return refusal(namespace, used(namespace), bytes);
    }

    long used(Namespace namespace) {
        return jdbc.sql("SELECT bytes FROM namespace_storage WHERE namespace_id = ?")
                .param(namespace.id())
                .query(Long.class)
                .optional()
                .orElse(0L);
    }

    private static Refusal refusal(Namespace namespace, long used, long bytes) {
        return QuotaWords.storage(namespace, free(namespace, used), bytes);
    }

    private static long free(Namespace namespace, long used) {
        return Math.max(0, namespace.limits().storageBytes() - used);
    }

    /** A namespace has no row before its first byte. */
    private long usedForUpdate(UUID namespace) {
        return jdbc.sql("""
                INSERT INTO namespace_storage (namespace_id, bytes) VALUES (?, 0)
                ON CONFLICT (namespace_id) DO UPDATE SET bytes = namespace_storage.bytes
                RETURNING bytes
                """).param(namespace).query(Long.class).single();
    }
}
