package dev.tidewright.rollout;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What to do next.
 *
 * @param wanted replicas by revision number, every revision that was asked about among them
 * @param mark higher than ever before in this rollout means that it came nearer to its end
 */
public record RolloutStep(SortedMap<Integer, Integer> wanted, int mark, Verdict verdict) {
    public RolloutStep {
        wanted = Collections.unmodifiableSortedMap(new TreeMap<>(wanted));
    }
}
