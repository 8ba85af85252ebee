package dev.tidewright.serving;

import java.util.List;

/** What an endpoint answered in the last hour, the oldest step first. */
record RecentTraffic(long stepSeconds, List<Traffic.Step> steps) {

    static RecentTraffic of(List<Traffic.Step> steps) {
        return new RecentTraffic(Traffic.STEP.toSeconds(), steps);
    }

    /** Requests a second. */
    public double rate(int count) {
        return Math.round(100.0 * count / stepSeconds) / 100.0;
    }
}
