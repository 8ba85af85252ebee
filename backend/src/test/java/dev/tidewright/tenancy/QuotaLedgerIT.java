package dev.tidewright.tenancy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Resources;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

@IntegrationTest
class QuotaLedgerIT {

    @LocalServerPort
    private int port;

    @Autowired
    private QuotaLedger ledger;

    @Autowired
    private StorageLedger storage;

    @Autowired
    private Namespaces namespaces;

    @Autowired
    private PlatformTransactionManager transactions;

    @Test
    void twoHundredAtOnceForFiftyPlacesAdmitExactlyFifty() throws Exception {
        var namespace = Name.of(TestApi.admin(port).namespace("{\"cpu\":\"1000\",\"memory\":\"1Ti\",\"jobs\":50}"));
        var start = new CountDownLatch(1);
        var verdicts = new ArrayList<Future<Verdict>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 200; i++) {
                verdicts.add(threads.submit(() -> {
                    start.await();
                    return new TransactionTemplate(transactions).execute(status -> {
                        // What a submission does before it asks: it has read the namespace already.
                        namespaces.require(namespace);
                        return ledger.reserve(namespace, job("1"));
                    });
                }));
            }
            start.countDown();
        }
        var granted = 0;
        for (var verdict : verdicts) {
            granted += verdict.get() instanceof Verdict.Granted ? 1 : 0;
        }
        assertThat(granted).isEqualTo(50);
    }

    @Test
    void whatDoesNotFitNowWaitsWithTheNumbers() {
        var namespace = Name.of(TestApi.admin(port).namespace("{\"cpu\":\"4\"}"));
        assertThat(reserve(namespace, job("3"))).isInstanceOf(Verdict.Granted.class);
        assertThat(reserve(namespace, job("2")))
                .isEqualTo(new Verdict.Waiting("needs 2 cpu, 1 of 4 free in " + namespace));
    }

    @Test
    void whatCouldNeverFitIsRefusedWithTheNumbers() {
        var namespace = Name.of(TestApi.admin(port).namespace("{\"cpu\":\"4\"}"));
        assertThatThrownBy(() -> reserve(namespace, job("5")))
                .isInstanceOf(Refusal.OverQuota.class)
                .hasMessageContaining("needs 5 cpu, the limit of " + namespace + " is 4")
                .satisfies(refused -> assertThat(
                                ((Refusal) refused).errors().getFirst().field())
                        .isEqualTo("resources.cpu"));
    }

    @Test
    void aHoldIsResizedInPlaceAndGivenBackWhole() {
        var namespace = Name.of(TestApi.admin(port).namespace("{\"cpu\":\"4\"}"));
        var small = job("1");
        reserve(namespace, small);
        var large = new Hold(small.holder(), "job", "j", Resources.of("4", "1Gi", null), 1, 0);
        assertThat(reserve(namespace, large)).isInstanceOf(Verdict.Granted.class);
        assertThat(reserve(namespace, job("1"))).isInstanceOf(Verdict.Waiting.class);
        change(() -> ledger.release(small.holder()));
        assertThat(reserve(namespace, job("4"))).isInstanceOf(Verdict.Granted.class);
    }

    @Test
    void aDeviceThatTheNamespaceHasNoneOfIsRefused() {
        var namespace = Name.of(TestApi.admin(port).namespace());
        var hold =
                new Hold(UUID.randomUUID(), "job", "j", Resources.of("1", "1Gi", Map.of("nvidia.com/gpu", 1L)), 1, 0);
        assertThatThrownBy(() -> reserve(namespace, hold)).hasMessageContaining("needs 1 nvidia.com/gpu");
    }

    @Test
    void storageIsCountedExactlyHoweverManyChargeAtOnce() {
        var namespace = namespaces.require(Name.of(TestApi.admin(port).namespace("{\"storage\":\"10Mi\"}")));
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < 20; i++) {
                var _ = threads.submit(() -> change(() -> storage.charge(namespace, 400L << 10)));
            }
        }
        assertThatThrownBy(() -> change(() -> storage.charge(namespace, 4L << 20)))
                .hasMessageContaining("needs 4Mi storage, 2240Ki of 10Mi free");
        change(() -> storage.charge(namespace, -(8000L << 10)));
        change(() -> storage.charge(namespace, 10L << 20));
        assertThat(storage.free(namespace)).isZero();
    }

    @Test
    void givingBackWaitsForNobodyAndIsSeenByWhoTakesNext() {
        var namespace = Name.of(TestApi.admin(port).namespace("{\"cpu\":\"4\"}"));
        var first = job("3");
        reserve(namespace, first);
        change(() -> {
            assertThat(ledger.reserve(namespace, job("1"))).isInstanceOf(Verdict.Granted.class);
            // In another transaction, while this one has the lock of the namespace.
            CompletableFuture.runAsync(() -> change(() -> ledger.release(first.holder())))
                    .orTimeout(10, TimeUnit.SECONDS)
                    .join();
        });
        assertThat(reserve(namespace, job("3"))).isInstanceOf(Verdict.Granted.class);
    }

    private void change(Runnable step) {
        new TransactionTemplate(transactions).executeWithoutResult(status -> step.run());
    }

    private Verdict reserve(Name namespace, Hold hold) {
        var verdict = new TransactionTemplate(transactions).execute(status -> ledger.reserve(namespace, hold));
        return java.util.Objects.requireNonNull(verdict);
    }

    private static Hold job(String cpu) {
        return new Hold(UUID.randomUUID(), "job", "j", Resources.of(cpu, "1Gi", null), 1, 0);
    }
}
