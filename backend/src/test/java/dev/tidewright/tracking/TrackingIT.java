package dev.tidewright.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.kernel.Actor;
import dev.tidewright.kernel.Name;
import dev.tidewright.kernel.Refusal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

@IntegrationTest
class TrackingIT {

    private static final Actor ANA = Actor.user("ana");
    private static final Instant T0 = Instant.parse("2026-11-22T10:00:00.123456Z");

    @LocalServerPort
    private int port;

    @Autowired
    private Tracking tracking;

    private TestApi api;
    private Name namespace;
    private UUID run;

    @BeforeEach
    void startRun() {
        api = TestApi.admin(port);
        namespace = Name.of(api.namespace());
        run = tracking.startRun(new StartRun(namespace, "train-1", null, Map.of("team", "a"), ANA));
    }

    @Test
    void theSamePointsTwiceAreOnePointEach() {
        var points = List.of(
                new MetricPoint("loss", 0.5, 1, T0),
                new MetricPoint("loss", 0.25, 2, T0.plusSeconds(1)),
                new MetricPoint("loss", Double.NaN, 3, T0.plusSeconds(2)),
                new MetricPoint("val/acc", Double.POSITIVE_INFINITY, 0, T0));
        tracking.log(run, points, Map.of("alpha", "0.5"));
        tracking.log(run, points, Map.of("alpha", "0.5"));
        assertThat(tracking.series(run, "loss", 100).points())
                .extracting(Series.Point::value)
                .containsExactly(0.5, 0.25, Double.NaN);
        assertThat(tracking.metrics(run)).extracting(Latest::points).containsExactly(3L, 1L);
        assertThat(tracking.latest(run))
                .containsEntry("loss", Double.NaN)
                .containsEntry("val/acc", Double.POSITIVE_INFINITY);
        assertThat(tracking.params(run)).containsExactly(Map.entry("alpha", "0.5"));
    }

    @Test
    void pointsThatOverlapInAnyOrderAreEachKeptOnce() {
        tracking.log(run, List.of(point(5, 0.5), point(5, 0.5), point(7, -0.0), point(7, 0.0)), Map.of());
        tracking.log(run, List.of(point(3, 0.3), point(5, 0.5), point(7, 0.0), point(9, Double.NaN)), Map.of());
        tracking.log(run, List.of(point(9, Double.NaN), point(9, 1), point(3, 0.3), point(4, 0.4)), Map.of());
        assertThat(tracking.series(run, "loss", 100).points())
                .extracting(Series.Point::step)
                .containsExactly(3L, 4L, 5L, 7L, 9L, 9L);
        assertThat(tracking.metrics(run)).singleElement().satisfies(latest -> {
            assertThat(latest.points()).isEqualTo(6);
            assertThat(latest.step()).isEqualTo(9);
            assertThat(latest.value()).isNaN();
        });
    }

    @Test
    void writersOfOneRunThatRepeatEachOtherLoseAndDoubleNothing() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var calls = new ArrayList<Future<?>>();
            for (var writer = 0; writer < 8; writer++) {
                var from = writer * 10;
                for (var time = 0; time < 3; time++) {
                    calls.add(threads.submit(() -> tracking.log(
                            run,
                            IntStream.range(from, from + 20)
                                    .mapToObj(step -> point(step, step / 10.0))
                                    .toList(),
                            Map.of())));
                }
            }
            for (var call : calls) {
                call.get();
            }
        }
        assertThat(tracking.series(run, "loss", 1000).points())
                .extracting(Series.Point::step)
                .containsExactlyElementsOf(LongStream.range(0, 90).boxed().toList());
        assertThat(tracking.metrics(run)).singleElement().satisfies(latest -> {
            assertThat(latest.points()).isEqualTo(90);
            assertThat(latest.value()).isEqualTo(8.9);
        });
    }

    /** Many, since the first ones of a namespace meet only within an instant. */
    @Test
    void theFirstRunsOfANamespaceMayBeginAtOnce() throws Exception {
        for (var round = 0; round < 100; round++) {
            var fresh = Name.of(namespace + "-" + round);
            try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
                var begun = IntStream.range(0, 6)
                        .mapToObj(number -> threads.submit(
                                () -> tracking.startRun(new StartRun(fresh, "run-" + number, null, Map.of(), ANA))))
                        .toList();
                for (var one : begun) {
                    assertThat(one.get()).isNotNull();
                }
            }
        }
    }

    @Test
    void theLatestValueIsTheOneOfTheHighestStepWheneverItComes() {
        tracking.log(run, List.of(new MetricPoint("loss", 0.1, 10, T0)), Map.of());
        tracking.log(run, List.of(new MetricPoint("loss", 0.9, 2, T0.plusSeconds(60))), Map.of());
        assertThat(tracking.latest(run)).containsEntry("loss", 0.1);
    }

    @Test
    void aParameterNeverChangesAndARefusedCallLeavesNothing() {
        tracking.log(run, List.of(), Map.of("alpha", "0.5"));
        assertThatThrownBy(() -> tracking.log(
                        run, List.of(new MetricPoint("loss", 1, 1, T0)), Map.of("alpha", "0.6", "beta", "1")))
                .isInstanceOfSatisfying(
                        Refusal.Invalid.class,
                        refused -> assertThat(refused.code()).isEqualTo("parameter-changed"));
        assertThat(tracking.params(run)).containsExactly(Map.entry("alpha", "0.5"));
        assertThat(tracking.metrics(run)).isEmpty();
    }

    @Test
    void tooLongOrEmptyKeysAreRefused() {
        for (var key : new String[] {"", " ", "x".repeat(251), "a\0b", "\ud800"}) {
            assertThatThrownBy(() -> tracking.log(run, List.of(new MetricPoint(key, 1, 1, T0)), Map.of()))
                    .isInstanceOf(Refusal.Invalid.class);
        }
        assertThatThrownBy(() -> tracking.log(run, List.of(), Map.of("k", "x".repeat(6001))))
                .isInstanceOf(Refusal.Invalid.class);
        tracking.log(run, List.of(), Map.of("k".repeat(250), "x".repeat(6000)));
        assertThatThrownBy(() -> tracking.log(UUID.randomUUID(), List.of(), Map.of()))
                .isInstanceOf(Refusal.NotFound.class);
    }

    @Test
    void manyWritersOfTheSameMetricsLoseNothing() throws Exception {
        var results = new ArrayList<Future<?>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var writer = 0; writer < 16; writer++) {
                var first = writer * 100;
                var points = IntStream.range(first, first + 100)
                        .boxed()
                        .flatMap(step -> java.util.stream.Stream.of("a", "b", "c")
                                .map(key -> new MetricPoint(key, step, step, T0)))
                        .toList();
                results.add(threads.submit(() -> tracking.log(run, points, Map.of("p", "1"))));
            }
        }
        for (var result : results) {
            result.get();
        }
        assertThat(tracking.metrics(run)).extracting(Latest::points).containsExactly(1600L, 1600L, 1600L);
        assertThat(tracking.latest(run)).containsEntry("b", 1599.0);
        assertThat(tracking.series(run, "c", 100).points()).hasSizeBetween(30, 100);
    }

    @Test
    void oneSourceHasOneRunThatIsTakenUpAgain() {
        var source = RunSource.job(UUID.randomUUID(), "train-7");
        var first = tracking.startRun(new StartRun(namespace, "train-7", source, Map.of(), ANA));
        tracking.end(first, RunStatus.FAILED, "exit code 1", ANA);
        tracking.end(first, RunStatus.FAILED, "exit code 1", ANA);
        assertThat(tracking.startRun(new StartRun(namespace, "train-7", source, Map.of(), ANA)))
                .isEqualTo(first);
        assertThat(tracking.require(namespace, first).status()).isEqualTo(RunStatus.RUNNING);
        tracking.end(first, RunStatus.FINISHED, "", ANA);
        assertThat(tracking.of(source)).get().extracting(RunView::status).isEqualTo(RunStatus.FINISHED);
    }

    @Test
    void runsAreReadOverTheApi() {
        tracking.log(run, List.of(new MetricPoint("val/loss", Double.NaN, 1, T0)), Map.of("alpha", "0.5"));
        var second = tracking.startRun(new StartRun(namespace, "train-2", null, Map.of(), ANA));
        var base = "/api/v1/namespaces/" + namespace + "/runs";

        var page = api.get(base + "?limit=1");
        assertThat(page.status()).as("%s", page).isEqualTo(200);
        assertThat(page.json().at("/items/0/metadata/uid").asString()).isEqualTo(second.toString());
        var next = api.get(
                base + "?limit=1&cursor=" + page.json().path("nextCursor").asString());
        assertThat(next.json().at("/items/0/metadata/uid").asString()).isEqualTo(run.toString());
        assertThat(next.json().at("/items/0/status/metrics/val~1loss/value").asString())
                .isEqualTo("NaN");
        assertThat(next.json().has("nextCursor")).isFalse();

        var shown = api.get(base + "/" + run);
        assertThat(shown.json().at("/spec/parameters/alpha").asString()).isEqualTo("0.5");
        assertThat(shown.json().at("/spec/tags/team").asString()).isEqualTo("a");
        assertThat(api.get(base + "/" + run + "/metrics").json().path("items")).hasSize(1);
        var series = api.get(base + "/" + run + "/metrics/val/loss");
        assertThat(series.json().at("/points/0/value").asString()).isEqualTo("NaN");
        assertThat(api.get(base + "/" + run + "/metrics/none").status()).isEqualTo(404);
        assertThat(api.get("/api/v1/namespaces/" + api.namespace() + "/runs/" + run)
                        .status())
                .isEqualTo(404);
        assertThat(api.get(base + "?status=RUNNING").json().path("items")).hasSize(2);
        assertThat(api.get(base + "?status=FAILED").json().path("items")).isEmpty();
    }

    private static MetricPoint point(long step, double value) {
        return new MetricPoint("loss", value, step, T0.plusSeconds(step));
    }
}
