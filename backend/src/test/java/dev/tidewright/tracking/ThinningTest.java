package dev.tidewright.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tidewright.tracking.Series.Point;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThinningTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 5, 10})
    void leavesShortCurvesAlone(int total) {
        assertThat(thin(total, total, 10, step -> step)).hasSize(total);
    }

    @ParameterizedTest
    @ValueSource(ints = {11, 100, 999, 10_000, 100_003})
    void keepsEndsAndExtremesWithinTheLimit(int total) {
        var spike = total / 3;
        var dip = total / 2;
        var points = thin(total, total, 50, step -> step == spike ? 1e9 : step == dip ? -1e9 : Math.sin((double) step));
        assertThat(points).hasSizeBetween(Math.min(total, 10), 50);
        assertThat(points).isSortedAccordingTo(Comparator.comparingLong(Point::step));
        assertThat(points).doesNotHaveDuplicates();
        assertThat(points.getFirst().step()).isZero();
        assertThat(points.getLast().step()).isEqualTo(total - 1);
        assertThat(points).extracting(Point::value).contains(1e9, -1e9);
    }

    @Test
    void keepsNotANumberAndTheInfinities() {
        var points = thin(
                10_000,
                10_000,
                100,
                step -> step == 4321
                        ? Double.NaN
                        : step == 5000 ? Double.POSITIVE_INFINITY : step == 6000 ? Double.NEGATIVE_INFINITY : 0.5);
        assertThat(points)
                .extracting(Point::value)
                .contains(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY);
    }

    @Test
    void aCurveOfNothingButNotANumberStaysOne() {
        var points = thin(1000, 1000, 20, step -> Double.NaN);
        assertThat(points).isNotEmpty().allMatch(point -> Double.isNaN(point.value()));
        assertThat(points.getLast().step()).isEqualTo(999);
    }

    @Test
    void pointsThatArriveMeanwhileDoNotBreakIt() {
        var points = thin(10, 500, 20, step -> step);
        assertThat(points).hasSizeLessThanOrEqualTo(24);
        assertThat(points.getLast().step()).isEqualTo(499);
    }

    private static List<Point> thin(int announced, int total, int limit, LongToDoubleFunction curve) {
        var thinning = new Thinning(announced, limit);
        for (var step = 0L; step < total; step++) {
            thinning.add(new Point(step, Instant.EPOCH, curve.applyAsDouble(step)));
        }
        return thinning.points();
    }
}
