package dev.tidewright.rollout;

/**
 * The replicas of one revision at one moment.
 *
 * @param revision its number
 * @param wanted how many the cluster was last told to run
 * @param ready how many take requests; draining ones are not among them
 * @param unready how many are there, but neither ready nor draining
 * @param draining how many are about to go
 */
public record Fleet(int revision, int wanted, int ready, int unready, int draining) {

    /**
     * How many there are or soon will be: what was asked for counts before the cluster shows it. Unready ones that nobody
     * asked for do not count: others have made them, or they go, and what they never become must hold nothing up.
     */
    int present() {
        return Math.max(wanted, ready);
    }

    /** How many ready ones stay: what was told to go counts as gone before the cluster shows it. */
    int serving() {
        return Math.min(wanted, ready);
    }

    boolean gone() {
        return present() == 0;
    }
}
