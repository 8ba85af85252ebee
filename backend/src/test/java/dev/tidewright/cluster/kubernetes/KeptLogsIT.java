package dev.tidewright.cluster.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.cluster.LogSlice;
import dev.tidewright.cluster.WorkloadId;
import dev.tidewright.kernel.Name;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Two servers and one database. */
class KeptLogsIT {

    private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123456789Z");
    private static final String REPLICA = "0";

    private final String pod = UUID.randomUUID().toString();
    private final WorkloadId id = new WorkloadId(new Name("kept-logs"), "job", pod);
    private final KeptLogs one = TestKubernetes.logs("one-" + pod);
    private final KeptLogs other = TestKubernetes.logs("other-" + pod);

    @BeforeEach
    void bothLive() {
        one.beat();
        other.beat();
    }

    @Test
    void whatOneWritesTheOtherReads() {
        var log = taken(one);
        assertThat(log.cursor()).isEqualTo(new ReplicaLog.Cursor(0, Instant.EPOCH, 0));
        append(log, "one\n", NOON);
        append(log, "zwölf\n", NOON.plusSeconds(1));
        assertThat(read(other, 0)).isEqualTo(new LogSlice("one\nzwölf\n", 0, 11, false));
        log.end();
        assertThat(read(other, 4)).isEqualTo(new LogSlice("zwölf\n", 4, 11, true));
        assertThat(other.isOver(pod)).isTrue();
        assertThat(other.take(id, REPLICA, pod)).isEmpty();
    }

    @Test
    void aLogHasOneWriterUntilItDiesAndTheNextGoesOnWhereItWas() {
        var log = taken(one);
        append(log, "one\n", NOON);
        assertThat(log.follows(2)).isTrue();
        assertThat(other.take(id, REPLICA, pod)).isEmpty();
        assertThat(other.idle(List.of(pod))).isEmpty();
        one.leave();
        assertThat(other.idle(List.of(pod))).containsExactly(pod);
        assertThat(taken(other).cursor()).isEqualTo(new ReplicaLog.Cursor(4, NOON, 2));
    }

    @Test
    void aServerThatStartsAgainHasWhatItHad() {
        append(taken(one), "one\n", NOON);
        assertThat(taken(TestKubernetes.logs("one-" + pod)).cursor()).isEqualTo(new ReplicaLog.Cursor(4, NOON, 0));
    }

    @Test
    void aWriterThatWasBelievedDeadAddsNothingWhenItWakes() {
        var sleeper = taken(one);
        append(sleeper, "one\n", NOON);
        one.leave();
        append(taken(other), "two\n", NOON.plusSeconds(1));
        assertThat(sleeper.append("two\n".getBytes(StandardCharsets.UTF_8), NOON.plusSeconds(1)))
                .isFalse();
        assertThat(sleeper.follows(1)).isFalse();
        sleeper.end();
        assertThat(read(other, 0)).isEqualTo(new LogSlice("one\ntwo\n", 0, 8, false));
    }

    @Test
    void twoWritersOfOneNameDoNotDoubleALine() {
        var before = taken(one);
        var after = taken(one);
        append(after, "one\n", NOON);
        assertThat(before.append("one\n".getBytes(StandardCharsets.UTF_8), NOON))
                .isFalse();
        assertThat(read(one, 0).text()).isEqualTo("one\n");
    }

    @Test
    void everyPositionReadsTheSameBytesHoweverTheyCame() {
        var random = new Random(7);
        var log = taken(one);
        var whole = new StringBuilder();
        for (var i = 0; i < 300; i++) {
            var lines = ("line " + i + " ").repeat(random.nextInt(1, 200)) + "ü\n";
            append(log, lines, NOON.plusSeconds(i));
            whole.append(lines);
        }
        log.end();
        var bytes = whole.toString().getBytes(StandardCharsets.UTF_8);
        for (var i = 0; i < 200; i++) {
            var from = random.nextInt(bytes.length);
            var slice = read(other, from);
            var expected = Arrays.copyOfRange(bytes, (int) slice.start(), (int) slice.next());
            assertThat(slice.text().getBytes(StandardCharsets.UTF_8)).isEqualTo(expected);
            assertThat(slice.start()).isBetween((long) from, from + 3L);
            assertThat(slice.next()).isGreaterThan(from);
        }
        var at = 0L;
        var again = new StringBuilder();
        for (var slice = read(other, 0); !slice.text().isEmpty(); slice = read(other, at)) {
            again.append(slice.text());
            at = slice.next();
        }
        assertThat(again.toString()).isEqualTo(whole.toString());
    }

    @Test
    void theOldestIsLetGoAndPositionsStay() {
        var log = taken(one);
        var large = new byte[4 << 20];
        Arrays.fill(large, (byte) 'x');
        large[large.length - 1] = '\n';
        var pieces = (int) (ReplicaLog.LONGEST / large.length) + 2;
        for (var i = 0; i < pieces; i++) {
            assertThat(log.append(large, NOON.plusSeconds(i))).isTrue();
        }
        append(log, "last\n", NOON.plusSeconds(pieces));
        assertThat(read(other, 0).start()).isEqualTo(2L * large.length);
        assertThat(read(other, (long) pieces * large.length).text()).isEqualTo("last\n");
        one.forget(id);
    }

    @Test
    void whatWasForgottenIsNotBegunAnewWhileItsPodIsGoing() {
        var log = taken(one);
        append(log, "one\n", NOON);
        other.forget(id);
        assertThat(log.append("two\n".getBytes(StandardCharsets.UTF_8), NOON)).isFalse();
        assertThat(one.take(id, REPLICA, pod)).isEmpty();
        assertThat(one.isOver(pod)).isTrue();
        assertThat(one.read(id, REPLICA, 0, 100, false)).isEqualTo(new LogSlice("", 0, 0, true));
        assertThat(one.take(id, REPLICA, "another pod of " + pod)).isPresent();
    }

    private ReplicaLog taken(KeptLogs logs) {
        return logs.take(id, REPLICA, pod).orElseThrow();
    }

    private static void append(ReplicaLog log, String lines, Instant last) {
        assertThat(log.append(lines.getBytes(StandardCharsets.UTF_8), last)).isTrue();
    }

    private LogSlice read(KeptLogs logs, long position) {
        return logs.read(id, REPLICA, position, 10_000, true);
    }
}
