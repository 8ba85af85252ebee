package dev.tidewright.events;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.IntegrationTest;
import dev.tidewright.TestApi;
import dev.tidewright.cluster.ClusterEvent;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.simple.JdbcClient;

@IntegrationTest
class ClusterEventsIT {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

    @LocalServerPort
    private int port;

    @Autowired
    private ClusterEvents events;

    @Autowired
    private JdbcClient jdbc;

    private Name namespace;

    @BeforeEach
    void makeOne() {
        namespace = Name.of(TestApi.admin(port).namespace());
    }

    private ClusterEvent event(String workload, String uid, int count, Instant last) {
        return new ClusterEvent(
                new WorkloadId(namespace, "job", workload),
                namespace + uid,
                true,
                "FailedScheduling",
                "Pod p",
                "0/1 nodes are available",
                count,
                NOON,
                last);
    }

    @Test
    void whatSeveralServersHearIsKeptOnceAndCounted() {
        events.keep(event("train-a1", "1", 1, NOON));
        events.keep(event("train-a1", "1", 3, NOON.plusSeconds(60)));
        events.keep(event("train-a1", "1", 2, NOON.plusSeconds(30)));
        assertThat(events.ofJob(namespace, new Name("train"), NOON, null, 10).items())
                .singleElement()
                .satisfies(kept -> {
                    assertThat(kept.count()).isEqualTo(3);
                    assertThat(kept.firstAt()).isEqualTo(NOON);
                    assertThat(kept.lastAt()).isEqualTo(NOON.plusSeconds(60));
                });
    }

    @Test
    void attemptsOfOneJobAreReadTogetherByPagesAndNobodyElses() {
        for (var at = 0; at < 5; at++) {
            events.keep(event("train-a" + (at + 1), "e" + at, 1, NOON.plusSeconds(at)));
        }
        events.keep(event("train-ab1", "other", 1, NOON));
        events.keep(event("train-a1-a1", "another", 1, NOON));
        var first = events.ofJob(namespace, new Name("train"), NOON, null, 3);
        assertThat(first.items())
                .extracting(KeptEvent::uid)
                .containsExactly(namespace + "e4", namespace + "e3", namespace + "e2");
        var second = events.ofJob(namespace, new Name("train"), NOON, first.nextCursor(), 3);
        assertThat(second.items()).extracting(KeptEvent::uid).containsExactly(namespace + "e1", namespace + "e0");
        assertThat(second.nextCursor()).isNull();
        assertThat(events.ofJob(namespace, new Name("train"), NOON.plusSeconds(10), null, 3)
                        .items())
                .isEmpty();
    }

    @Test
    void theNewest200OfAWorkloadStayFor30Days() {
        for (var at = 0; at < 205; at++) {
            events.keep(event("many-a1", "m" + at, 1, NOON.plusSeconds(at)));
        }
        assertThat(events.ofJob(namespace, new Name("many"), NOON, null, 500).items())
                .hasSize(200)
                .extracting(KeptEvent::uid)
                .contains(namespace + "m204")
                .doesNotContain(namespace + "m4");
        var later = new ClusterEvents(
                jdbc, InstantSource.fixed(NOON.plus(Duration.ofDays(30)).plusSeconds(100)));
        later.forgetOld();
        assertThat(events.ofJob(namespace, new Name("many"), NOON, null, 500).items())
                .hasSize(105);
        assertThat(events.retention()).contains("200").contains("30 days");
    }

    @Test
    void apiAndDiagnosisTellThem() {
        var api = TestApi.admin(port);
        var answer = api.post(
                "/api/v1/namespaces/" + namespace + "/jobs",
                "{\"name\":\"told\",\"command\":[\"true\"],\"resources\":{\"cpu\":\"100m\",\"memory\":\"32Mi\"}}");
        assertThat(answer.status()).as(answer.toString()).isEqualTo(201);
        events.keep(event("told-a1", "t", 2, Instant.now().plusSeconds(5)));
        var told =
                api.get("/api/v1/namespaces/" + namespace + "/jobs/told/events").json();
        assertThat(told.at("/items/0/reason").asString()).isEqualTo("FailedScheduling");
        assertThat(told.at("/items/0/count").asInt()).isEqualTo(2);
    }
}
