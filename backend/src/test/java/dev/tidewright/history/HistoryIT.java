package dev.tidewright.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.IntegrationTest;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Transition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@IntegrationTest
class HistoryIT {

    @Autowired
    private History history;

    @Autowired
    private ApplicationEventPublisher events;

    @Autowired
    private PlatformTransactionManager transactions;

    @Autowired
    private JdbcClient jdbc;

    private final String namespace = "h-" + UUID.randomUUID().toString().substring(0, 8);

    @Test
    void aRolledBackTransactionLeavesNoRow() {
        new TransactionTemplate(transactions).executeWithoutResult(status -> {
            happen("never");
            status.setRollbackOnly();
        });
        assertThat(history.after(namespace, HistoryPosition.START, 10)).isEmpty();
    }

    @Test
    void rowsCannotBeChangedOrDeleted() {
        happen("once");
        assertThatThrownBy(() -> jdbc.sql("UPDATE history_entry SET reason = 'forged' WHERE namespace = ?")
                        .param(namespace)
                        .update())
                .hasMessageContaining("append-only");
        assertThatThrownBy(() -> jdbc.sql("DELETE FROM history_entry WHERE namespace = ?")
                        .param(namespace)
                        .update())
                .hasMessageContaining("append-only");
    }

    @Test
    void aReaderThatResumesMissesNoRowThatWasCommittedLate() throws Exception {
        var written = new CountDownLatch(1);
        var overtaken = new CountDownLatch(1);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var slow = threads.submit(() -> new TransactionTemplate(transactions).executeWithoutResult(status -> {
                happen("slow");
                written.countDown();
                await(overtaken);
            }));
            written.await();
            happen("fast");
            var first = history.after(namespace, HistoryPosition.START, 10);
            overtaken.countDown();
            slow.get();
            var seen = new ArrayList<>(first);
            var from = first.isEmpty()
                    ? HistoryPosition.START
                    : HistoryPosition.parse(first.getLast().position());
            var deadline = System.nanoTime() + 10_000_000_000L;
            while (seen.size() < 2 && System.nanoTime() < deadline) {
                seen.addAll(history.after(namespace, from, 10));
            }
            assertThat(seen).extracting(HistoryEntry::verb).containsExactlyInAnyOrder("slow", "fast");
        }
    }

    private void happen(String verb) {
        events.publishEvent(new Transition(
                namespace,
                "test",
                UUID.randomUUID(),
                "t",
                verb,
                null,
                null,
                "because",
                Actor.system("test"),
                Instant.parse("2026-11-22T12:00:00Z"),
                Map.of()));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
